package identity

import (
	"net/http"
	"strings"
)

// headers is a Source that believes a trusted proxy's headers.
type headers struct {
	Proxies
	guard               guard
	user, email, groups string
}

// Strip implements Source.
func (s *headers) Strip(h http.Header) { s.guard.strip(h) }

// Identify implements Source.
func (s *headers) Identify(r *http.Request) (Identity, error) {
	defer s.guard.strip(r.Header)
	if _, trusted := s.Peer(r); !trusted {
		return Identity{}, errPeer
	}
	if err := s.guard.check(r.Header); err != nil {
		return Identity{}, err
	}
	user, err := s.name(r.Header, s.user)
	if err != nil {
		return Identity{}, err
	}
	address, err := s.name(r.Header, s.email)
	if err != nil {
		return Identity{}, err
	}
	address, err = checkEmail(address, s.email)
	if err != nil {
		return Identity{}, err
	}
	groups, err := s.groupsOf(r.Header)
	if err != nil {
		return Identity{}, err
	}
	if user == "" {
		return Identity{}, unauthenticated("no " + s.user)
	}
	return Identity{Subject: user, Email: address, Groups: groups}, nil
}

var errPeer = unauthenticated("the peer is no trusted proxy")

// name is the value of a header with one name in it, empty when there is none.
func (s *headers) name(h http.Header, name string) (string, error) {
	value, err := s.guard.one(h, name)
	if err != nil || value == "" {
		return "", err
	}
	// two headers that something on the way has made one of
	if strings.Contains(value, ",") {
		return "", malformed(name + " has a comma in it")
	}
	return value, checkName(value, name)
}

func (s *headers) groupsOf(h http.Header) ([]string, error) {
	value, err := s.guard.one(h, s.groups)
	if err != nil {
		return nil, err
	}
	if len(value) > maxGroupsHeader {
		return nil, malformed(s.groups + " is too long")
	}
	var list groupList
	for name := range strings.SplitSeq(value, ",") {
		if err := list.add(strings.Trim(name, " "), s.groups); err != nil {
			return nil, err
		}
	}
	return list.names, nil
}
