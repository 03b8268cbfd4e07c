# Each makes one thing of a cluster's surroundings, or finds it there: the script may be stopped anywhere and run again.

die() {
  printf 'prepare: %s\n' "$*" >&2
  exit 1
}

has() { "$@" >/dev/null 2>&1; }

# A new account is known everywhere only after some seconds, and so is a new operator's certificate.
again() {
  local wait
  for wait in 2 4 8 16; do
    if "$@" >/dev/null 2>&1; then return; fi
    sleep "$wait"
  done
  "$@" >/dev/null
}

apply() { kubectl apply --server-side --filename - <<<"$1"; }

# The value of a variable that only you know.
given() {
  if [ -z "${!1:-}" ]; then die "$1 is not set: $2; export it and run this again"; fi
  case ${!1} in
    *[[:cntrl:]]* | ' '* | *' ') die "$1 has a line end, a tab, or a space at an end: $2 is one line; export it without and run this again" ;;
  esac
  printf '%s' "${!1}"
}

given_file() {
  local path
  path=$(given "$@")
  cat -- "$path"
}

# A line for nginx: user "taxiway" and the hash of a password.
password_file() {
  local hash
  hash=$(given "$@" | openssl passwd -apr1 -stdin)
  printf 'taxiway:%s' "$hash"
}

secret_value() { gcloud secrets versions access latest --secret="$1"; }

# make_secret ENTRY COMMAND…: the command prints the value, and is run only where there is none yet.
make_secret() {
  local entry=$1 versions value
  shift
  has gcloud secrets describe "$entry" || gcloud secrets create "$entry" --replication-policy=automatic
  versions=$(gcloud secrets versions list "$entry" --filter=state=enabled --limit=1 --format='value(name)')
  if [ -n "$versions" ]; then return; fi
  value=$("$@")
  printf '%s' "$value" | gcloud secrets versions add "$entry" --data-file=-
}

find_cluster() {
  location=$(gcloud container clusters list --filter="name=$cluster" --format='value(location)')
  [ -n "$location" ] || die "project $project has no cluster $cluster; README says how to make one"
  local facts expected="$project.svc.id.goog ADVANCED_DATAPATH"
  facts=$(gcloud container clusters describe "$cluster" --location="$location" \
    --format='value[separator=" "](workloadIdentityConfig.workloadPool,networkConfig.datapathProvider)')
  [ "$facts" = "$expected" ] ||
    die "cluster $cluster: workload pool and data path are \"$facts\", expected \"$expected\""
  network=$(gcloud container clusters describe "$cluster" --location="$location" --format='value(network)')
  gcloud container clusters get-credentials "$cluster" --location="$location"
}

# make_firewall_rule NAME RANGES TAG PORT
make_firewall_rule() {
  has gcloud compute firewall-rules describe "$1" || gcloud compute firewall-rules create "$1" \
    --network="$network" --direction=INGRESS --source-ranges="$2" --target-tags="$3" --allow="tcp:$4"
}

# make_pool NAME FLAG…
make_pool() {
  has gcloud container node-pools describe "$1" --cluster="$cluster" --location="$location" ||
    gcloud container node-pools create "$@" --cluster="$cluster" --location="$location" \
      --enable-autoscaling --workload-metadata=GKE_METADATA
}

email_of() { printf '%s@%s.iam.gserviceaccount.com' "$1" "$project"; }

make_account() {
  has gcloud iam service-accounts describe "$(email_of "$1")" || gcloud iam service-accounts create "$1"
}

# grant_project ACCOUNT ROLE
grant_project() {
  again gcloud projects add-iam-policy-binding "$project" \
    --member="serviceAccount:$(email_of "$1")" --role="$2" --condition=None
}

# bind_workload ACCOUNT NAMESPACE/SERVICEACCOUNT
bind_workload() {
  again gcloud iam service-accounts add-iam-policy-binding "$(email_of "$1")" \
    --member="serviceAccount:$project.svc.id.goog[$2]" --role=roles/iam.workloadIdentityUser
}

# make_role ID PERMISSIONS
make_role() {
  local verb=create
  if has gcloud iam roles describe "$1" --project="$project"; then verb=update; fi
  gcloud iam roles "$verb" "$1" --project="$project" --permissions="$2" --stage=GA --quiet >/dev/null
}

# make_amazon_pool NAME ACCOUNT: tokens of this account of Amazon's are taken for tokens of Google's; what they may do is another matter.
make_amazon_pool() {
  has gcloud iam workload-identity-pools describe "$1" --location=global ||
    gcloud iam workload-identity-pools create "$1" --location=global
  has gcloud iam workload-identity-pools providers describe amazon --workload-identity-pool="$1" --location=global ||
    gcloud iam workload-identity-pools providers create-aws amazon --workload-identity-pool="$1" --location=global --account-id="$2"
}

# path_of_pool NAME
path_of_pool() {
  local number
  number=$(gcloud projects describe "$project" --format='value(projectNumber)')
  printf 'projects/%s/locations/global/workloadIdentityPools/%s' "$number" "$1"
}

# bind_amazon_role ACCOUNT POOL ROLE
bind_amazon_role() {
  again gcloud iam service-accounts add-iam-policy-binding "$(email_of "$1")" --role=roles/iam.workloadIdentityUser \
    --member="principalSet://iam.googleapis.com/$(path_of_pool "$2")/attribute.aws_role/$3"
}

# write_credentials ACCOUNT POOL FILE: how to sign in; there is no secret in it.
write_credentials() {
  mkdir -p "$(dirname "$3")"
  gcloud iam workload-identity-pools create-cred-config "$(path_of_pool "$2")/providers/amazon" \
    --service-account="$(email_of "$1")" --aws --output-file="$3.new" >/dev/null
  mv -- "$3.new" "$3"
  printf '%s says how the lambda signs in:\n' "$3"
  cat -- "$3"
}

# The API server's DNS name: who calls it needs a right in Google Cloud, and no address that the cluster knows.
open_dns_endpoint() {
  local open
  open=$(gcloud container clusters describe "$cluster" --location="$location" \
    --format='value(controlPlaneEndpointsConfig.dnsEndpointConfig.allowExternalTraffic)')
  [ "$open" = True ] || gcloud container clusters update "$cluster" --location="$location" --enable-dns-access
}

# make_bucket NAME REGION [DAYS [PREFIX]...]: objects older than that are deleted; where prefixes are given, those below them alone.
make_bucket() {
  has gcloud storage buckets describe "gs://$1" || gcloud storage buckets create "gs://$1" \
    --location="$2" --uniform-bucket-level-access --public-access-prevention
  if [ -z "${3:-}" ]; then return; fi
  local rules below=''
  if [ $# -gt 3 ]; then
    below=$(printf ', "%s"' "${@:4}")
    below=", \"matchesPrefix\": [${below#, }]"
  fi
  rules=$(mktemp)
  printf '{"rule": [{"action": {"type": "Delete"}, "condition": {"age": %s%s}}]}\n' "$3" "$below" >"$rules"
  gcloud storage buckets update "gs://$1" --lifecycle-file="$rules"
  rm -f -- "$rules"
}

# grant_bucket NAME ACCOUNT ROLE
grant_bucket() {
  again gcloud storage buckets add-iam-policy-binding "gs://$1" \
    --member="serviceAccount:$(email_of "$2")" --role="$3"
}

# make_amazon_reader ROLE BUCKET SUBJECT…: a role that accounts of the cluster take on by their own tokens, and that reads one bucket.
make_amazon_reader() {
  local role=$1 bucket=$2 issuer provider subjects trust access
  shift 2
  issuer="container.googleapis.com/v1/projects/$project/locations/$location/clusters/$cluster"
  provider="${role%:role/*}:oidc-provider/$issuer"
  subjects=$(printf ',"%s"' "$@")
  trust='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"'$provider'"},"Action":"sts:AssumeRoleWithWebIdentity",'
  trust+='"Condition":{"StringEquals":{"'$issuer':aud":"sts.amazonaws.com","'$issuer':sub":['${subjects#,}']}}}]}'
  access='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::'$bucket'"},'
  access+='{"Effect":"Allow","Action":["s3:GetObject"],"Resource":"arn:aws:s3:::'$bucket'/*"}]}'
  has aws iam get-open-id-connect-provider --open-id-connect-provider-arn "$provider" ||
    aws iam create-open-id-connect-provider --url "https://$issuer" --client-id-list sts.amazonaws.com
  has aws iam get-role --role-name "${role##*/}" ||
    aws iam create-role --role-name "${role##*/}" --assume-role-policy-document "$trust"
  aws iam put-role-policy --role-name "${role##*/}" --policy-name read-source --policy-document "$access"
}

# make_images REGISTRY TAG APP…: the version of an image never changes, so that what is in the registry stays.
make_images() {
  local registry=$1 tag=$2 app missing=()
  shift 2
  for app in "$@"; do has docker manifest inspect "$registry/$app:$tag" || missing+=("$app"); done
  if [ ${#missing[@]} -gt 0 ]; then npm run images -- "${missing[@]}" --push "$registry"; fi
}
