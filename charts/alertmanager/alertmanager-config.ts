// Alertmanager's configuration: one receiver, whose URL is a mounted Secret.
import type { ClusterEnvironment } from '../env/environment.ts';

/** Where the Secret `alertmanager-receiver` is mounted. */
export const receiverFolder = '/etc/alertmanager/receiver';

/** alertmanager.yml. */
export const toAlertmanagerConfig = ({ name, monitoring: { receiver } }: ClusterEnvironment) => ({
  route: {
    receiver: 'team',
    // One message for all alerts of a name: ten pods that fail for one reason are one problem.
    group_by: ['alertname', 'category'],
    group_wait: '30s',
    group_interval: '5m',
    // Monthly data: nobody needs a reminder more often than twice a day.
    repeat_interval: '12h',
    routes: [{ matchers: ['severity="critical"'], receiver: 'team', repeat_interval: '2h' }],
  },
  // A target that is down explains what depends on it.
  inhibit_rules: [{ source_matchers: ['alertname="TargetDown"'], target_matchers: ['severity="warning"'], equal: ['workload'] }],
  receivers: [
    {
      name: 'team',
      ...toReceiver(name, receiver),
    },
  ],
});

function toReceiver(name: string, receiver: ClusterEnvironment['monitoring']['receiver']) {
  if (receiver.kind === 'none') return {};
  if (receiver.kind === 'webhook')
    return { webhook_configs: [{ url_file: `${receiverFolder}/url`, send_resolved: true, max_alerts: 50 }] };
  return {
    slack_configs: [
      {
        api_url_file: `${receiverFolder}/url`,
        channel: receiver.channel,
        send_resolved: true,
        title: `[${name}] {{ .Status | toUpper }} {{ .CommonLabels.alertname }}`,
        text: '{{ range .Alerts }}{{ .Annotations.summary }}\n{{ .Annotations.description }}\nRunbook: {{ .Annotations.runbook }}\n{{ end }}',
      },
    ],
  };
}
