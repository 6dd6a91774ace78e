package auth

import "strings"

// LocalAdmin is who signs in with a one-time link: whoever runs the console.
const LocalAdmin = "admin"

// Console is the console acting by itself.
var Console = Who{Name: "console", Roles: RolesOf(RoleAdmin), Door: DoorConsole}

// CommandLine is whoever runs the console's commands.
var CommandLine = Who{Name: "command line", Roles: RolesOf(RoleAdmin), Door: DoorConsole}

// keyPrefix begins the names of API keys in the journal.
const keyPrefix = "key:"

// Reserved tells that the journal calls something else by this name, whatever the case of its letters. No person is let in
// under it: what others did would be theirs.
func Reserved(name string) bool {
	name = strings.ToLower(name)
	for _, taken := range []string{LocalAdmin, Console.Name, CommandLine.Name} {
		if name == strings.ToLower(taken) {
			return true
		}
	}
	return strings.HasPrefix(name, keyPrefix)
}
