package auth

import (
	"context"
	"time"
)

// Person is somebody whom a sign-in proxy has named, as they were when they were last seen. What they may do now is known
// only while they ask for something.
type Person struct {
	// Subject is their Who.Name.
	Subject string
	// Email and Name are empty when the proxy tells none.
	Email, Name string
	Admin       bool
	Memberships []Membership
	SeenAt      time.Time
}

// People keeps who was seen, for mail and for pages that call people by name.
type People interface {
	// SawPerson writes down how somebody was seen.
	SawPerson(ctx context.Context, person Person) error
	// Person returns somebody by subject; ErrNotFound when they were never seen, or too long ago (PersonKept).
	Person(ctx context.Context, subject string) (Person, error)
	// PersonByEmail returns who was last seen with a mail address, in whichever case of letters; ErrNotFound when nobody was.
	PersonByEmail(ctx context.Context, email string) (Person, error)
	// PeopleOf lists who has a role in a team, or with the team "" everywhere, by subject: at most limit (200), after the
	// subject after ("" for the first page). Those who were not seen since a time are left out: they may have gone.
	PeopleOf(ctx context.Context, team string, role Role, since time.Time, after string, limit int) (people []Person, next string, err error)
}

// PersonKept is how long somebody is remembered who does not come any more.
const PersonKept = 365 * 24 * time.Hour
