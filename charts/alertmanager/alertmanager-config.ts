// Alertmanager's configuration: one receiver for people and one for the watchdog; their URLs are mounted Secrets.
import type { ClusterEnvironment } from '../env/environment.ts';

/** Where the Secrets `alertmanager-receiver` and `alertmanager-watchdog` are mounted. */
export const receiverFolder = '/etc/alertmanager/receiver';
export const watchdogFolder = '/etc/alertmanager/watchdog';

/** alertmanager.yml. */
export const toAlertmanagerConfig = ({ name, monitoring: { receiver, watchdog } }: ClusterEnvironment) => ({
  route: {
    receiver: 'team',
    // One message for all alerts of a name: ten pods that fail for one reason are one problem.
    group_by: ['alertname', 'category'],
    group_wait: '30s',
    group_interval: '5m',
    // Monthly data: nobody needs a reminder more often than twice a day.
    repeat_interval: '12h',
    routes: [
      // It always fires: people must not hear of it, and whoever waits for it hears it every 5 minutes.
      { matchers: ['alertname="Watchdog"'], receiver: 'watchdog', group_wait: '0s', group_interval: '1m', repeat_interval: '5m' },
      { matchers: ['severity="critical"'], receiver: 'team', repeat_interval: '2h' },
    ],
  },
  // A target that is down explains what depends on it.
  inhibit_rules: [{ source_matchers: ['alertname="TargetDown"'], target_matchers: ['severity="warning"'], equal: ['workload'] }],
  receivers: [
    {
      name: 'team',
      ...toReceiver(name, receiver),
    },
    {
      name: 'watchdog',
      ...(watchdog === 'webhook' && {
        webhook_configs: [{ url_file: `${watchdogFolder}/url`, send_resolved: false, max_alerts: 1 }],
      }),
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
