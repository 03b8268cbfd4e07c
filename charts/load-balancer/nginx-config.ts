// nginx.conf of the one site, from the back ends of the contract. Nothing here knows an environment: it is handed in.
import type { BackEnd, backEnds } from '../../apps/contract/names.ts';

type Facts = (typeof backEnds)[BackEnd];

export interface Site {
  readonly domain: string;
  /** `domain`, or `domain:port` where browsers reach it elsewhere than at 443. */
  readonly authority: string;
  readonly auth: 'oidc' | 'basic';
  /** `http://host:port` of each back end, in the order of the home page. */
  readonly origins: Readonly<Record<BackEnd, string>>;
  /** `http://host:port` of oauth2-proxy. */
  readonly signIn: string;
  /** A DNS server: names are looked up again, so that a Service that is made anew is found, and one that is missing stops nothing. */
  readonly resolver?: string;
  readonly ports: { readonly http: number; readonly https: number; readonly status: number };
  /** The UDP port on the loopback interface that takes a line a request. */
  readonly syslog: number;
  /** Folders of the certificate, of `htpasswd`, of the home page, and one that can be written. */
  readonly folders: { readonly tls: string; readonly passwords: string; readonly home: string; readonly temporary: string };
  /** HTTP/2 lifts the browsers' limit of six streams a host, which Argo's pages reach. nginx knows the directive since 1.25. */
  readonly http2: boolean;
  /** Requests that one client may send a second, and how many more at once: pages of Grafana load some hundred files. */
  readonly rate: { readonly perSecond: number; readonly burst: number };
}

/** Longer than any step is silent: logs are followed, and live panels stay open. */
const streamSeconds = 3600;

/** The whole file. */
export const toNginxConfig = (
  site: Site,
  facts: Readonly<Record<BackEnd, Facts>>,
): string => `# Written by npm run synth; do not edit.
daemon off;
worker_processes 2;
error_log stderr warn;
pid ${site.folders.temporary}/nginx.pid;
events { worker_connections 1024; }
http {
${indent([...toHttp(site, facts), ...toPlainServer(site), ...toStrangersServer(site), ...toStatusServer(site), ...toSite(site, facts)])}
}
`;

const indent = (lines: readonly string[], by = '  ') => lines.map((line) => (line === '' ? '' : `${by}${line}`)).join('\n');
const block = (head: string, lines: readonly string[]) => [`${head} {`, ...lines.map((line) => `  ${line}`), '}'];

const toHttp = ({ folders, resolver, rate, syslog }: Site, facts: Readonly<Record<BackEnd, Facts>>) => [
  'types { text/html html; text/javascript js; text/css css; }',
  'default_type application/octet-stream;',
  'charset utf-8;',
  ...['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folders.temporary}/${name};`),
  'server_tokens off;',
  'absolute_redirect off;',
  // No query: it may hold tokens.
  `log_format line escape=json '{"time":"$time_iso8601","client":"$remote_addr","method":"$request_method","path":"$uri","status":$status,"bytes":$body_bytes_sent,"seconds":$request_time}';`,
  'access_log /dev/stdout line;',
  // For apps/site-metrics, by the path as the client sent it: $uri is rewritten by then.
  ...block('map $request_uri $site_part', [
    'default home;',
    '~^/oauth2/ sign-in;',
    ...Object.entries(facts).map(([name, { path }]) => `~^(/health/${name}|${path.slice(0, -1)})(/|\\?|$) ${name};`),
  ]),
  "log_format counted '$site_part $status $request_time';",
  `access_log syslog:server=127.0.0.1:${syslog},nohostname,tag=nginx counted;`,
  `map $ssl_server_name $tls_folder { default ${folders.tls}; }`,
  'map $http_upgrade $connection_header { default upgrade; "" ""; }',
  'map $http_accept $wants_page { default 0; ~text/html 1; }',
  `limit_req_zone $binary_remote_addr zone=clients:10m rate=${rate.perSecond}r/s;`,
  'limit_req_status 429;',
  ...(resolver === undefined ? [] : [`resolver ${resolver} valid=10s ipv6=off;`]),
];

/** Everything moves to TLS. */
const toPlainServer = ({ ports, authority }: Site) =>
  block('server', [`listen ${ports.http} default_server;`, 'access_log off;', `return 308 https://${authority}$request_uri;`]);

/** Other names than ours: no certificate is shown, and no page. */
const toStrangersServer = ({ ports }: Site) =>
  block('server', [`listen ${ports.https} ssl default_server;`, 'ssl_reject_handshake on;', 'return 421;']);

/** For the probes of Kubernetes alone: no Service leads here. */
const toStatusServer = ({ ports }: Site) =>
  block('server', [
    `listen ${ports.status};`,
    'access_log off;',
    ...block('location = /healthz', ['return 200 "ok\\n";']),
    ...block('location /', ['return 404;']),
  ]);

/** Sent with every answer; those of back ends are replaced, so that none comes twice. */
const securityHeaders = {
  'Strict-Transport-Security': 'max-age=31536000; includeSubDomains',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'SAMEORIGIN',
  'Referrer-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
  'Cross-Origin-Opener-Policy': 'same-origin',
};
const addHeaders = Object.entries(securityHeaders).map(([name, value]) => `add_header ${name} "${value}" always;`);
/** Of the home page and our own answers. */
const homePolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

function toSite(site: Site, facts: Readonly<Record<BackEnd, Facts>>): string[] {
  const { ports, domain, authority, folders, http2, rate, auth } = site;
  return block('server', [
    `listen ${ports.https} ssl;`,
    ...(http2 ? ['http2 on;'] : []),
    `server_name ${domain};`,
    // By a variable: then each handshake reads the files, and a renewed certificate is shown at once.
    'ssl_certificate $tls_folder/tls.crt;',
    'ssl_certificate_key $tls_folder/tls.key;',
    'ssl_protocols TLSv1.2 TLSv1.3;',
    'ssl_session_cache shared:tls:10m;',
    'ssl_session_tickets off;',
    `limit_req zone=clients burst=${rate.burst} nodelay;`,
    'client_max_body_size 10m;',
    ...toSignIn(site),
    ...addHeaders,
    // A renewed session comes as a cookie with the answer to the question whether somebody is signed in.
    ...(auth === 'oidc' ? ['add_header Set-Cookie $session_cookie always;'] : []),
    ...Object.keys(securityHeaders).map((name) => `proxy_hide_header ${name};`),
    'proxy_http_version 1.1;',
    `proxy_set_header Host ${authority};`,
    'proxy_set_header X-Forwarded-For $remote_addr;',
    `proxy_set_header X-Forwarded-Host ${authority};`,
    'proxy_set_header X-Forwarded-Proto https;',
    'proxy_set_header Upgrade $http_upgrade;',
    'proxy_set_header Connection $connection_header;',
    // Password and session of the site are nobody else's business; who it was is told by name, and only by us. No back end has cookies of its own.
    'proxy_set_header Authorization "";',
    'proxy_set_header Cookie "";',
    `proxy_set_header X-WEBAUTH-USER ${auth === 'oidc' ? '$session_user' : '$remote_user'};`,
    // Streams of events must not wait for a full buffer.
    'proxy_buffering off;',
    `proxy_read_timeout ${streamSeconds}s;`,
    `proxy_send_timeout ${streamSeconds}s;`,
    'proxy_redirect off;',
    ...block('location = /', [`root ${folders.home};`, 'try_files /home.html =404;', ...toHomeHeaders(site)]),
    ...['home.js', 'home.css'].flatMap((file) => block(`location = /${file}`, [`root ${folders.home};`, ...toHomeHeaders(site)])),
    ...Object.keys(facts).flatMap((name) => toBackEnd(name as BackEnd, facts[name as BackEnd], site)),
    ...block('location /', answerNothing),
  ]);
}

/** `return` would answer before anybody is asked to sign in; `try_files` comes after. */
const answerNothing = ['try_files /none =404;'];

/** A location with headers of its own inherits none. */
const toHomeHeaders = ({ auth }: Site) => [
  ...addHeaders,
  ...(auth === 'oidc' ? ['add_header Set-Cookie $session_cookie always;'] : []),
  `add_header Content-Security-Policy "${homePolicy}" always;`,
  'add_header Cache-Control no-cache always;',
];

function toSignIn({ auth, authority, folders, signIn }: Site): string[] {
  if (auth === 'basic') return ['auth_basic "Taxiway";', `auth_basic_user_file ${folders.passwords}/htpasswd;`];
  const hand = [
    `proxy_set_header Host ${authority};`,
    'proxy_set_header X-Forwarded-Proto https;',
    'proxy_set_header X-Forwarded-For $remote_addr;',
    'proxy_set_header Authorization "";',
  ];
  return [
    'auth_request /oauth2/auth;',
    'auth_request_set $session_user $upstream_http_x_auth_request_email;',
    'auth_request_set $session_cookie $upstream_http_set_cookie;',
    'error_page 401 = @sign_in;',
    ...block('location = /oauth2/auth', [
      'internal;',
      'auth_request off;',
      `set $sign_in ${signIn};`,
      'proxy_pass $sign_in/oauth2/auth;',
      'proxy_pass_request_body off;',
      ...hand,
      'proxy_set_header Content-Length "";',
      'proxy_set_header X-Forwarded-Uri $request_uri;',
    ]),
    ...block('location /oauth2/', ['auth_request off;', `set $sign_in ${signIn};`, 'proxy_pass $sign_in;', ...hand]),
    // Pages go to the identity provider; a script's request is told plainly, as it could not follow.
    ...block('location @sign_in', [
      'auth_request off;',
      'if ($wants_page = 0) { return 401; }',
      `set $sign_in ${signIn};`,
      'rewrite ^ /oauth2/start? break;',
      'proxy_pass $sign_in;',
      ...hand,
      'proxy_set_header X-Auth-Request-Redirect $request_uri;',
    ]),
  ];
}

/** A path of its own, the path without its slash, and the back end's word on its health for the home page. */
function toBackEnd(name: BackEnd, { path, prefix, health }: Facts, { origins }: Site): string[] {
  const variable = `$origin_${name}`;
  const target = [`set ${variable} ${origins[name]};`];
  return [
    ...block(`location = ${path.slice(0, -1)}`, [`try_files /none @slash_${name};`]),
    ...block(`location @slash_${name}`, [`return 308 ${path}$is_args$args;`]),
    ...block(`location ${path}`, [
      ...target,
      ...(prefix === 'stripped' ? [`rewrite ^${path}(.*)$ /$1 break;`] : []),
      // Models are uploaded through MLflow, without a copy on our disk.
      ...(name === 'mlflow' ? ['client_max_body_size 0;', 'proxy_request_buffering off;'] : []),
      `proxy_pass ${variable};`,
    ]),
    ...block(`location = /health/${name}`, [
      ...target,
      `rewrite ^ ${health}? break;`,
      'proxy_method GET;',
      'proxy_read_timeout 5s;',
      `proxy_pass ${variable};`,
    ]),
  ];
}
