//go:build unix

package postgres

import (
	"errors"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// temporary is where the server's folder is made: for root where every user gets to.
func temporary() string {
	if os.Getuid() == 0 {
		return "/tmp"
	}
	return os.TempDir()
}

// unprivileged hands a folder to a user who is not root, for the server refuses root, and returns what makes commands that
// user's. They are also kept from signals of the terminal: it is the test program that ends them.
func unprivileged(dir string) (become func(*exec.Cmd), err error) {
	as := &syscall.SysProcAttr{Setpgid: true}
	become = func(cmd *exec.Cmd) { cmd.SysProcAttr = as }
	if os.Getuid() != 0 {
		return become, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		found, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.Atoi(found.Uid)
		if err != nil {
			return nil, err
		}
		gid, err := strconv.Atoi(found.Gid)
		if err != nil {
			return nil, err
		}
		as.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)} // #nosec G115 -- IDs of the system's own
		return become, os.Chown(dir, uid, gid)
	}
	return nil, errors.New("it does not run as root, and there is neither a user postgres nor nobody")
}
