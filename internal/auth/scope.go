package auth

// Scope is whose data somebody sees: all, or those of one team. The zero scope sees nothing, so that what forgets to ask
// for one shows nothing. Every read of orders, inventory and log takes one; here alone is decided what it means.
type Scope struct {
	all  bool
	team string
}

// Everything is the scope of the console itself and of those who are of no team: it sees what belongs to nobody, too.
var Everything = Scope{all: true}

// OfTeam is the scope of a team's members.
func OfTeam(team string) Scope { return Scope{team: team} }

// All tells that nothing is hidden.
func (s Scope) All() bool { return s.all }

// Team is the team whose data are seen; only meaningful when All is false. It is empty when nothing is seen.
func (s Scope) Team() string { return s.team }

// Sees tells whether what belongs to a team is seen; what belongs to nobody ("") is for those who see all.
func (s Scope) Sees(team string) bool { return s.all || s.team != "" && s.team == team }
