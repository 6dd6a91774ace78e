//go:build unix && !solaris && !aix

package main

import (
	"errors"
	"os"
	"syscall"
)

// canShare tells that a lock can be turned into a share.
const canShare = true

// lockAlone takes the file for this process alone, and tells false when others share it.
func lockAlone(file *os.File) (bool, error) { return flock(file, syscall.LOCK_EX) }

// lockShared takes or keeps a share of the file, and tells false while somebody has it alone.
func lockShared(file *os.File) (bool, error) { return flock(file, syscall.LOCK_SH) }

func flock(file *os.File, how int) (bool, error) {
	err := syscall.Flock(int(file.Fd()), how|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return false, nil
	}
	return err == nil, err
}
