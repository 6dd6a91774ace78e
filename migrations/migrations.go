// Package migrations holds the numbered SQL of the databases.
package migrations

import "embed"

// Cloud are the migrations of the embedded cloud's own file.
//
//go:embed cloud/*.sql
var Cloud embed.FS

// Console are the migrations of the console's database: those for every dialect, and below a folder named like the
// dialect those that only it understands. The two share one row of numbers.
//
//go:embed console/*.sql console/sqlite/*.sql console/postgres/*.sql
var Console embed.FS
