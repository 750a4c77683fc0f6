#!/bin/sh
# Approves the private links by which Front Door asks to reach the gateways. Safe to repeat: only those that wait, and that say what
# after-deploy.bicep says they say, are approved.
#   approve-private-links.sh MESSAGE GATEWAY_ID...
set -eu
message=$1
shift
for gateway in "$@"; do
  waiting=$(az network private-endpoint-connection list --id "$gateway" --output tsv --query \
    "[?properties.privateLinkServiceConnectionState.status=='Pending' && properties.privateLinkServiceConnectionState.description=='$message'].id")
  for connection in $waiting; do
    az network private-endpoint-connection approve --id "$connection" --description 'Approved for Front Door' --output none
    echo "approved: $connection"
  done
done
