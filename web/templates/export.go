package templates

import "net/url"

// exportHref is the address of a list as a file of a format ("csv", "jsonl"), with the filters of the list's own query.
func exportHref(path string, query url.Values, format string) string {
	q := url.Values{}
	for name, values := range query {
		for _, value := range values {
			if value != "" && name != "after" && name != "before" && name != "version" {
				q.Add(name, value)
			}
		}
	}
	q.Set("format", format)
	return path + "/export?" + q.Encode()
}
