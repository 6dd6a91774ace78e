package handlers

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"workspace-order-console/internal/auth"
	"workspace-order-console/internal/cloud"
	"workspace-order-console/internal/notify"
	"workspace-order-console/internal/orders"
)

// metrics serves /metrics: the process, and how many orders there are by what they show, the head's number, what is
// told of them, and the inventory's age.
func (s *server) metrics(c echo.Context) error {
	s.gather.ServeHTTP(c.Response(), c.Request())
	return nil
}

func gatherer(config Config) http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), &orderCollector{config})
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{Timeout: readyTimeout})
}

// orderCollector reads what it tells when it is asked; the counts are kept, not counted.
type orderCollector struct{ Config }

var (
	ordersDesc = prometheus.NewDesc("console_orders", "Orders by what they show: their state, or the worst of their cloud orders.", []string{"badge"}, nil)
	headDesc   = prometheus.NewDesc("console_order_changes_total", "Changes to orders since the database was made.", nil, nil)
	callsDesc  = prometheus.NewDesc("console_cloud_calls_total", "Calls to the cloud by operation and outcome.", []string{"operation", "outcome"}, nil)
	tookDesc   = prometheus.NewDesc("console_cloud_calls_seconds_total", "The time that they took.", []string{"operation", "outcome"}, nil)
	openDesc   = prometheus.NewDesc("console_cloud_breaker_open", "1 while an endpoint's circuit breaker keeps calls back.", []string{"endpoint"}, nil)
	tripsDesc  = prometheus.NewDesc("console_cloud_breaker_trips_total", "How often it opened.", []string{"endpoint"}, nil)
	rateDesc   = prometheus.NewDesc("console_cloud_rate_limit", "Calls a second that an endpoint is asked at most; absent without a limit.", []string{"endpoint"}, nil)
	waitDesc   = prometheus.NewDesc("console_cloud_calls_waiting", "Calls that wait for the rate limit.", []string{"endpoint"}, nil)
	toldDesc   = prometheus.NewDesc("console_notifications", "What is told, of the last 30 days, by channel and state; dead is given up.", []string{"channel", "state"}, nil)
	behindDesc = prometheus.NewDesc("console_notifications_behind_entries", "Audit entries that were not looked at yet.", nil, nil)
	noMailDesc = prometheus.NewDesc("console_notifications_without_address_total", "Recipients that no mail address was known of.", nil, nil)
	ageDesc    = prometheus.NewDesc("console_inventory_age_seconds", "How long ago the inventory was read from the cloud.", nil, nil)
)

// Describe implements prometheus.Collector.
func (o *orderCollector) Describe(ch chan<- *prometheus.Desc) {
	ch <- ordersDesc
	ch <- headDesc
	for _, desc := range []*prometheus.Desc{ageDesc, toldDesc, behindDesc, noMailDesc, callsDesc, tookDesc, openDesc, tripsDesc, rateDesc, waitDesc} {
		ch <- desc
	}
}

// Collect implements prometheus.Collector. What cannot be read now is left out, which a monitor sees as absent.
func (o *orderCollector) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	o.cloud(ch)
	version, _ := o.Journal.Version()
	ch <- prometheus.MustNewConstMetric(headDesc, prometheus.CounterValue, float64(version))
	if counts, err := o.Journal.Count(ctx, auth.Everything); err == nil {
		for _, badge := range orders.Badges {
			ch <- prometheus.MustNewConstMetric(ordersDesc, prometheus.GaugeValue, float64(counts[badge]), string(badge))
		}
	}
	o.told(ctx, ch)
	if refreshed, _, err := o.Inventory.Age(ctx); err == nil && !refreshed.IsZero() {
		ch <- prometheus.MustNewConstMetric(ageDesc, prometheus.GaugeValue, o.Now().Sub(refreshed).Seconds())
	}
}

// cloud tells how the calls to the cloud fare, where it has anything to tell.
func (o *orderCollector) cloud(ch chan<- prometheus.Metric) {
	if o.Stats == nil {
		return
	}
	stats := o.Stats()
	for _, c := range stats.Calls {
		ch <- prometheus.MustNewConstMetric(callsDesc, prometheus.CounterValue, float64(c.Count), c.Operation, string(c.Outcome))
		ch <- prometheus.MustNewConstMetric(tookDesc, prometheus.CounterValue, c.Took.Seconds(), c.Operation, string(c.Outcome))
	}
	for _, e := range stats.Endpoints {
		open := 0.0
		if e.Breaker != cloud.BreakerClosed {
			open = 1
		}
		ch <- prometheus.MustNewConstMetric(openDesc, prometheus.GaugeValue, open, e.Name)
		ch <- prometheus.MustNewConstMetric(tripsDesc, prometheus.CounterValue, float64(e.Trips), e.Name)
		if e.Rate > 0 {
			ch <- prometheus.MustNewConstMetric(rateDesc, prometheus.GaugeValue, e.Rate, e.Name)
		}
		ch <- prometheus.MustNewConstMetric(waitDesc, prometheus.GaugeValue, float64(e.Waiting), e.Name)
	}
}

// told tells how telling fares.
func (o *orderCollector) told(ctx context.Context, ch chan<- prometheus.Metric) {
	if o.WithoutAddress != nil {
		ch <- prometheus.MustNewConstMetric(noMailDesc, prometheus.CounterValue, float64(o.WithoutAddress()))
	}
	counts, err := o.Webhooks.NotifyCounts(ctx)
	if err != nil {
		return
	}
	ch <- prometheus.MustNewConstMetric(behindDesc, prometheus.GaugeValue, float64(counts.Behind))
	for _, state := range notify.DeliveryStates {
		ch <- prometheus.MustNewConstMetric(toldDesc, prometheus.GaugeValue, float64(counts.Deliveries[state]), "webhook", string(state))
		ch <- prometheus.MustNewConstMetric(toldDesc, prometheus.GaugeValue, float64(counts.MailItems[state]), "mail", string(state))
	}
}
