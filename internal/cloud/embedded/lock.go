package embedded

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// folderLock keeps a folder for one process. The system lets go of it when the process ends, however it ends.
type folderLock struct{ file *os.File }

// lockFolder takes the folder, or tells who has it.
func lockFolder(dir string) (*folderLock, error) {
	file, err := os.OpenFile(filepath.Join(dir, "cloud.lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("embedded cloud: %w", err)
	}
	taken, err := lockFile(file)
	if err == nil && taken {
		// Who has it is written for the message of the next one who wants it; that it is written is not vital.
		_ = file.Truncate(0)
		_, _ = fmt.Fprintf(io.NewOffsetWriter(file, 0), "process %d since %s\n", os.Getpid(), time.Now().UTC().Format(time.RFC3339))
		return &folderLock{file}, nil
	}
	owner, _ := io.ReadAll(io.LimitReader(file, 200))
	_ = file.Close()
	if err != nil {
		return nil, fmt.Errorf("embedded cloud: lock of %s: %w", dir, err)
	}
	who := strings.TrimSpace(string(owner))
	if who == "" {
		who = "another process"
	}
	return nil, fmt.Errorf("embedded cloud: %s is in use by %s; one console at a time uses a folder", dir, who)
}

func (l *folderLock) release() error {
	if l == nil {
		return nil
	}
	return l.file.Close()
}
