package postgres

import (
	"errors"
	"os"
	"os/exec"
)

func temporary() string { return os.TempDir() }

// unprivileged: a server is started with a shell of Unix.
func unprivileged(string) (func(*exec.Cmd), error) {
	return nil, errors.New("tests start it on Unix only")
}
