package embedded

import (
	"database/sql"
	"errors"
	"fmt"
)

// name is a name that is unique among its class, whatever its case.
type name struct{ Class, Name string }

// take notes a name as taken, by an order as long as that one is open.
func (v *view) take(n name, orderID string) error {
	return v.exec(`INSERT INTO names (class, name, order_id) VALUES ($1, $2, $3)`, n.Class, n.Name, orderID)
}

func (v *view) taken(n name) (bool, error) {
	var one int
	err := v.tx.QueryRowContext(v.ctx, `SELECT 1 FROM names WHERE class = $1 AND name = $2`, n.Class, n.Name).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// naming gives out desktop names within one order: those asked for, and numbered ones. Nothing is stored: the order
// stores what it takes when it is booked.
type naming struct {
	v    *view
	mine map[name]bool
	next map[string]int
}

func (v *view) naming() *naming {
	return &naming{v: v, mine: map[name]bool{}, next: map[string]int{}}
}

// exactly takes one name, or refuses because it is there already.
func (n *naming) exactly(text string) (string, error) {
	wanted := name{classDesktop, text}
	taken, err := n.v.taken(wanted)
	if err != nil {
		return "", err
	}
	if taken || n.mine[wanted] {
		return "", conflict(codeNameTaken, "The computer name %s is in use.", text)
	}
	n.mine[wanted] = true
	return text, nil
}

// numbered takes the next free name of a prefix, counting from start at least.
func (n *naming) numbered(prefix string, digits, start int) (string, error) {
	next, known := n.next[prefix]
	if !known {
		err := n.v.tx.QueryRowContext(n.v.ctx, `SELECT next FROM numbers WHERE prefix = $1`, prefix).Scan(&next)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return "", err
		}
		next = max(next, start)
	}
	for {
		text := fmt.Sprintf("%s%0*d", prefix, digits, next)
		next++
		taken, err := n.v.taken(name{classDesktop, text})
		if err != nil {
			return "", err
		}
		if !taken && !n.mine[name{classDesktop, text}] {
			n.mine[name{classDesktop, text}] = true
			n.next[prefix] = next
			return text, nil
		}
	}
}

// byPolicy takes the next name of a naming policy; the default one when there is no ID.
func (n *naming) byPolicy(id string) (string, error) {
	for _, policy := range n.v.cloud.catalogue.NamePolicies {
		if policy.PolicyID == id || id == "" && policy.IsDefaultPolicy {
			return n.numbered(policy.NamePrefix, policy.DigitNumber, policy.StartNumber)
		}
	}
	return "", refuse(codeNotFound, "The naming policy %s does not exist.", id)
}

// keepNumbers stores where numbering goes on.
func (v *view) keepNumbers(next map[string]int) error {
	for prefix, number := range next {
		if err := v.exec(`INSERT INTO numbers (prefix, next) VALUES ($1, $2) ON CONFLICT (prefix) DO UPDATE SET next = max(next, excluded.next)`,
			prefix, number); err != nil {
			return err
		}
	}
	return nil
}
