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
		{"{thing} has a problem.", [5]string{"{thing} hat ein Problem.", "{thing} a un problème.", "{thing} tiene un problema.", "{thing} ha un problema.", "{thing} heeft een probleem."}},
		{"I did not get {thing}.", [5]string{"Ich habe {thing} nicht bekommen.", "Je n'ai pas reçu {thing}.", "No he recibido {thing}.", "Non ho ricevuto {thing}.", "Ik heb {thing} niet ontvangen."}},
		{"I want to return {thing}.", [5]string{"Ich möchte {thing} zurückgeben.", "Je veux rendre {thing}.", "Quiero devolver {thing}.", "Voglio restituire {thing}.", "Ik wil {thing} terugsturen."}},
		{"I am looking for {thing}.", [5]string{"Ich suche {thing}.", "Je cherche {thing}.", "Busco {thing}.", "Cerco {thing}.", "Ik zoek {thing}."}},
		{"I want to pay for {thing}.", [5]string{"Ich möchte {thing} bezahlen.", "Je veux payer {thing}.", "Quiero pagar {thing}.", "Voglio pagare {thing}.", "Ik wil {thing} betalen."}},
		{"I bought {thing} on {day}.", [5]string{"Ich habe {thing} am {day} gekauft.", "J'ai acheté {thing} {day}.", "Compré {thing} el {day}.", "Ho comprato {thing} {day}.", "Ik heb {thing} op {day} gekocht."}},
		{"I need {thing} on {day}.", [5]string{"Ich brauche {thing} am {day}.", "Il me faut {thing} {day}.", "Necesito {thing} el {day}.", "Mi serve {thing} {day}.", "Ik heb {thing} op {day} nodig."}},
		{"Where is {thing}?", [5]string{"Wo ist {thing}?", "Où est {thing}?", "¿Dónde está {thing}?", "Dove si trova {thing}?", "Waar is {thing}?"}},
		{"How much does {thing} cost?", [5]string{"Wie viel kostet {thing}?", "Combien coûte {thing}?", "¿Cuánto cuesta {thing}?", "Quanto costa {thing}?", "Hoeveel kost {thing}?"}},
		{"Can you send {thing} on {day}?", [5]string{"Können Sie {thing} am {day} schicken?", "Pouvez-vous envoyer {thing} {day}?", "¿Pueden enviar {thing} el {day}?", "Potete mandare {thing} {day}?", "Kunt u {thing} op {day} sturen?"}},
	}
}

// things have one form, whether they do something or something is done to them.
func things() []phrase {
	return []phrase{
		{"the lamp", [5]string{"die Lampe", "la lampe", "la lámpara", "la lampada", "de lamp"}},
		{"the camera", [5]string{"die Kamera", "la caméra", "la cámara", "la fotocamera", "de camera"}},
		{"the phone", [5]string{"das Telefon", "le téléphone", "el teléfono", "il telefono", "de telefoon"}},
		{"the tablet", [5]string{"das Tablet", "la tablette", "la tableta", "il tablet", "de tablet"}},
		{"the mouse", [5]string{"die Maus", "la souris", "el ratón", "il mouse", "de muis"}},
		{"the plant", [5]string{"die Pflanze", "la plante", "la planta", "la pianta", "de plant"}},
		{"the tent", [5]string{"das Zelt", "la tente", "la tienda", "la tenda", "de tent"}},
		{"the bicycle", [5]string{"das Fahrrad", "le vélo", "la bicicleta", "la bicicletta", "de fiets"}},
	}
}

func days() []phrase {
	return []phrase{
		{"Monday", [5]string{"Montag", "lundi", "lunes", "lunedì", "maandag"}},
		{"Wednesday", [5]string{"Mittwoch", "mercredi", "miércoles", "mercoledì", "woensdag"}},
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
