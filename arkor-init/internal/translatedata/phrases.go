package translatedata

// Languages are in the order in which trainer.ts declares them, which is also
// the order of the words of a phrase.
func Languages() []string { return []string{"German", "French", "Spanish", "Italian", "Dutch"} }

// phrase is a piece of a message: what it means, and how each language says it.
type phrase struct {
	english string
	words   [5]string
}

func greetings() []phrase {
	return []phrase{
		{"Hello!", [5]string{"Hallo!", "Bonjour!", "¡Hola!", "Ciao!", "Hallo!"}},
		{"Good evening!", [5]string{"Guten Abend!", "Bonsoir!", "¡Buenas noches!", "Buonasera!", "Goedenavond!"}},
		{"Dear team!", [5]string{"Liebes Team!", "Chère équipe!", "¡Estimado equipo!", "Cara squadra!", "Beste team!"}},
	}
}

// cores say what a message is about. They are chosen so that no word around a
// slot changes with what the slot holds.
func cores() []phrase {
	return []phrase{
		{"{thing} does not work.", [5]string{"{thing} funktioniert nicht.", "{thing} ne marche pas.", "{thing} no funciona.", "{thing} non funziona.", "{thing} werkt niet."}},
		{"I did not get {thing}.", [5]string{"Ich habe {thing} nicht bekommen.", "Je n'ai pas reçu {thing}.", "No he recibido {thing}.", "Non ho ricevuto {thing}.", "Ik heb {thing} niet ontvangen."}},
		{"When does {thing} come?", [5]string{"Wann kommt {thing}?", "Quand arrive {thing}?", "¿Cuándo llega {thing}?", "Quando arriva {thing}?", "Wanneer komt {thing}?"}},
		{"I do not like {thing}.", [5]string{"Ich mag {thing} nicht.", "Je n'aime pas {thing}.", "No me gusta {thing}.", "Non mi piace {thing}.", "Ik hou niet van {thing}."}},
		{"I want to return {thing}.", [5]string{"Ich möchte {thing} zurückgeben.", "Je veux rendre {thing}.", "Quiero devolver {thing}.", "Voglio restituire {thing}.", "Ik wil {thing} terugsturen."}},
		{"I bought {thing} on {day}.", [5]string{"Ich habe {thing} am {day} gekauft.", "J'ai acheté {thing} {day}.", "Compré {thing} el {day}.", "Ho comprato {thing} {day}.", "Ik heb {thing} op {day} gekocht."}},
		{"Where is {thing}?", [5]string{"Wo ist {thing}?", "Où est {thing}?", "¿Dónde está {thing}?", "Dove si trova {thing}?", "Waar is {thing}?"}},
		{"How much does {thing} cost?", [5]string{"Wie viel kostet {thing}?", "Combien coûte {thing}?", "¿Cuánto cuesta {thing}?", "Quanto costa {thing}?", "Hoeveel kost {thing}?"}},
		{"I need the invoice for {thing}.", [5]string{"Ich brauche die Rechnung für {thing}.", "J'ai besoin de la facture pour {thing}.", "Necesito la factura para {thing}.", "Mi serve la fattura per {thing}.", "Ik heb de rekening voor {thing} nodig."}},
		{"Can you send {thing} on {day}?", [5]string{"Können Sie {thing} am {day} schicken?", "Pouvez-vous envoyer {thing} {day}?", "¿Pueden enviar {thing} el {day}?", "Potete mandare {thing} {day}?", "Kunt u {thing} op {day} sturen?"}},
		{"Order {order} has not arrived.", [5]string{"Bestellung {order} ist nicht angekommen.", "La commande {order} n'est pas arrivée.", "El pedido {order} no ha llegado.", "L'ordine {order} non è arrivato.", "Bestelling {order} is niet aangekomen."}},
		{"I want to cancel order {order}.", [5]string{"Ich möchte Bestellung {order} stornieren.", "Je veux annuler la commande {order}.", "Quiero cancelar el pedido {order}.", "Voglio annullare l'ordine {order}.", "Ik wil bestelling {order} annuleren."}},
	}
}

// things have one form, whether they do something or something is done to them.
func things() []phrase {
	return []phrase{
		{"the lamp", [5]string{"die Lampe", "la lampe", "la lámpara", "la lampada", "de lamp"}},
		{"the watch", [5]string{"die Uhr", "la montre", "el reloj", "l'orologio", "het horloge"}},
		{"the camera", [5]string{"die Kamera", "la caméra", "la cámara", "la fotocamera", "de camera"}},
		{"the keyboard", [5]string{"die Tastatur", "le clavier", "el teclado", "la tastiera", "het toetsenbord"}},
		{"the mouse", [5]string{"die Maus", "la souris", "el ratón", "il mouse", "de muis"}},
		{"the phone", [5]string{"das Telefon", "le téléphone", "el teléfono", "il telefono", "de telefoon"}},
		{"the coffee machine", [5]string{"die Kaffeemaschine", "la cafetière", "la cafetera", "la macchina da caffè", "het koffieapparaat"}},
		{"the tablet", [5]string{"das Tablet", "la tablette", "la tableta", "il tablet", "de tablet"}},
		{"the drill", [5]string{"die Bohrmaschine", "la perceuse", "el taladro", "il trapano", "de boormachine"}},
		{"the bicycle", [5]string{"das Fahrrad", "le vélo", "la bicicleta", "la bicicletta", "de fiets"}},
		{"the charger", [5]string{"das Ladegerät", "le chargeur", "el cargador", "il caricatore", "de oplader"}},
		{"the wall clock", [5]string{"die Wanduhr", "l'horloge", "el reloj de pared", "l'orologio da parete", "de wandklok"}},
	}
}

func days() []phrase {
	return []phrase{
		{"Monday", [5]string{"Montag", "lundi", "lunes", "lunedì", "maandag"}},
		{"Tuesday", [5]string{"Dienstag", "mardi", "martes", "martedì", "dinsdag"}},
		{"Wednesday", [5]string{"Mittwoch", "mercredi", "miércoles", "mercoledì", "woensdag"}},
		{"Thursday", [5]string{"Donnerstag", "jeudi", "jueves", "giovedì", "donderdag"}},
		{"Friday", [5]string{"Freitag", "vendredi", "viernes", "venerdì", "vrijdag"}},
		{"Saturday", [5]string{"Samstag", "samedi", "sábado", "sabato", "zaterdag"}},
	}
}

// closings are the rest of a message.
func closings() []phrase {
	return []phrase{
		{"Please help me.", [5]string{"Bitte helfen Sie mir.", "Aidez-moi s'il vous plaît.", "Ayúdenme por favor.", "Aiutatemi per favore.", "Help mij alstublieft."}},
		{"Please answer today.", [5]string{"Bitte antworten Sie heute.", "Répondez aujourd'hui s'il vous plaît.", "Respondan hoy por favor.", "Rispondete oggi per favore.", "Antwoord vandaag alstublieft."}},
		{"It is urgent.", [5]string{"Es ist dringend.", "C'est urgent.", "Es urgente.", "È urgente.", "Het is dringend."}},
		{"There is no hurry.", [5]string{"Es hat keine Eile.", "Ce n'est pas pressé.", "No hay prisa.", "Non c'è fretta.", "Er is geen haast."}},
		{"I am waiting for an answer.", [5]string{"Ich warte auf eine Antwort.", "J'attends une réponse.", "Espero una respuesta.", "Aspetto una risposta.", "Ik wacht op een antwoord."}},
		{"Thank you.", [5]string{"Danke.", "Merci.", "Gracias.", "Grazie.", "Bedankt."}},
	}
}
