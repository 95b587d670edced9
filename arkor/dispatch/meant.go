package dispatch

// meant is what to type in the place of a word that other tools have for it, or
// "". Where one of ours is near as well, as login is to logs, this one is meant.
func meant(word string) string {
	switch word {
	case "new", "create":
		return "arkor init"
	case "train", "run":
		return "arkor start"
	case "list", "ls", "status":
		return "arkor jobs list"
	case "logs", "cancel", "resume":
		return "arkor jobs " + word
	case "deploy", "deployment", "deployments", "publish", "serve", "key", "keys":
		return "arkor endpoints"
	case "chat", "infer", "ui":
		return "arkor dev"
	case "stop":
		return "arkor backend stop"
	case "pull", "models":
		return "arkor backend pull"
	case "version":
		return "arkor --version"
	}
	return ""
}
