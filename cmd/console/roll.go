package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// roll tells which of the consoles of one data folder still live: each holds a file of its own, which the system lets go
// of when it ends, however it ends. So what a dead one was sending is known to be in doubt at once.
type roll struct {
	dir  string
	mine *os.File
}

// rollKept is how long the file of a console that ended stays, for others to tell that it did.
const rollKept = 24 * time.Hour

// enrol takes part in the roll under a name.
func enrol(dir, name string) (*roll, error) {
	r := &roll{dir: filepath.Join(dir, "consoles")}
	if err := os.MkdirAll(r.dir, 0o700); err != nil {
		return nil, err
	}
	mine, err := os.OpenFile(r.path(name), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	r.mine = mine
	alone, err := lockAlone(mine)
	if err == nil && !alone {
		err = errors.New("another console has this one's name")
	}
	if err == nil {
		err = r.tidy(name, time.Now().Add(-rollKept))
	}
	if err != nil {
		return nil, errors.Join(err, r.leave())
	}
	return r, nil
}

func (r *roll) path(name string) string { return filepath.Join(r.dir, name+".lock") }

// gone tells that a console has ended. Of one that is not on the roll nothing is known.
func (r *roll) gone(name string) (bool, error) {
	file, err := os.OpenFile(r.path(filepath.Base(name)), os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	free, err := lockAlone(file)
	return free, errors.Join(err, file.Close())
}

// tidy removes the files of consoles that ended before a time.
func (r *roll) tidy(mine string, before time.Time) error {
	entries, err := os.ReadDir(r.dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil || info.ModTime().After(before) || entry.Name() == mine+".lock" {
			continue // gone meanwhile, or young
		}
		path := filepath.Join(r.dir, entry.Name())
		file, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			continue
		}
		free, err := lockAlone(file)
		if free {
			err = errors.Join(err, os.Remove(path))
		}
		if err := errors.Join(err, file.Close()); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// leave ends the part.
func (r *roll) leave() error { return r.mine.Close() }
