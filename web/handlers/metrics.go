package handlers

import (
	"context"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"workspace-order-console/internal/orders"
)

// metrics serves /metrics: the process, and how many orders there are by what they show, the head's number, and the
// inventory's age.
func (s *server) metrics() http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), &orderCollector{s})
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{Timeout: readyTimeout})
}

// orderCollector reads what it tells when it is asked; the counts are kept, not counted.
type orderCollector struct{ *server }

var (
	ordersDesc = prometheus.NewDesc("console_orders", "Orders by what they show: their state, or the worst of their cloud orders.", []string{"badge"}, nil)
	headDesc   = prometheus.NewDesc("console_order_changes_total", "Changes to orders since the database was made.", nil, nil)
	ageDesc    = prometheus.NewDesc("console_inventory_age_seconds", "How long ago the inventory was read from the cloud.", nil, nil)
)

// Describe implements prometheus.Collector.
func (o *orderCollector) Describe(ch chan<- *prometheus.Desc) {
	ch <- ordersDesc
	ch <- headDesc
	ch <- ageDesc
}

// Collect implements prometheus.Collector. What cannot be read now is left out, which a monitor sees as absent.
func (o *orderCollector) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	version, _ := o.Journal.Version()
	ch <- prometheus.MustNewConstMetric(headDesc, prometheus.CounterValue, float64(version))
	if counts, err := o.Journal.Count(ctx); err == nil {
		for _, badge := range orders.Badges {
			ch <- prometheus.MustNewConstMetric(ordersDesc, prometheus.GaugeValue, float64(counts[badge]), string(badge))
		}
	}
	if refreshed, _, err := o.Inventory.Age(ctx); err == nil && !refreshed.IsZero() {
		ch <- prometheus.MustNewConstMetric(ageDesc, prometheus.GaugeValue, o.Now().Sub(refreshed).Seconds())
	}
}
