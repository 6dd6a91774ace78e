package main

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// canShare tells that a lock can be turned into a share; here it would be let go of in between.
const canShare = false

// lockAlone takes the file for this process alone, and tells false when somebody else has it.
func lockAlone(file *os.File) (bool, error) {
	err := windows.LockFileEx(windows.Handle(file.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &windows.Overlapped{})
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return false, nil
	}
	return err == nil, err
}

// lockShared is not to be had: one console at a time uses a folder.
func lockShared(*os.File) (bool, error) {
	return false, errors.New("another console uses this data folder")
}
