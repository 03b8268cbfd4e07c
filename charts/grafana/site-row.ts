// Row "Site": what people get from each back end, and how long the certificate lasts.
import type { Row } from './panels.ts';

export const siteRow: Row = {
  title: 'Site',
  graphs: [
    {
      title: 'Answers',
      description: 'By back end, a minute.',
      unit: 'short',
      queries: [{ expr: 'sum by (back_end) (rate(taxiway_site_requests_total[5m])) * 60', legend: '{{back_end}}' }],
    },
    {
      title: 'Errors',
      description: 'Answers with a status of 500 or more, by back end, and of servers whoever asked, in the last hour.',
      unit: 'short',
      queries: [
        { expr: 'sum by (back_end) (increase(taxiway_site_requests_total{status="5xx"}[1h]))', legend: '{{back_end}}' },
        { expr: 'sum by (workload) (increase(mlflow_http_request_total{status=~"5.."}[1h]))', legend: '{{workload}} itself' },
        {
          expr: 'sum by (workload) (increase(grpc_server_handled_total{grpc_code=~"Internal|Unknown|Unavailable|DataLoss"}[1h]))',
          legend: '{{workload}} itself',
        },
      ],
    },
    {
      title: 'Certificate',
      description: 'Time until it ends.',
      unit: 's',
      queries: [{ expr: 'min(taxiway_site_certificate_end_timestamp_seconds) - time()', legend: 'left' }],
    },
  ],
};
