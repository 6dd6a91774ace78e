package store

import "workspace-order-console/internal/audit"

func filterObject(object string) audit.Filter { return audit.Filter{Object: object} }
