#!/usr/bin/env sh
# Registers the failover app in Microsoft Entra ID, which Resource Manager cannot do, and hands its ids to azd. Run again at will.
# Needs az, signed in as somebody who may register applications and consent to app roles (Cloud Application Administrator), and node.
# Who deploys the action group afterwards must own the registration: Azure Monitor asks for that before it takes a secure webhook.
set -eu

here=$(dirname "$0")
name="foundry-failover-${1:-${AZURE_ENV_NAME:?give a name, or run under azd}}"
graph=https://graph.microsoft.com/v1.0
# AzNS AAD Webhook: as whom Azure Monitor's action groups call (azure-facts 5.6). And the Azure CLI, with which operators get tokens.
action_groups=461e8683-5575-4561-ac7f-899cc907d62a
azure_cli=04b07795-8ddb-461a-bbee-02f9e1bf7b46
# Delegated permission under which a person's token is issued; what the person may do is told by roles.
scope=c6c2c1a4-6a0e-4f0b-9d0d-0b6f2d7b5e10

role_id() {
  node -p "JSON.parse(fs.readFileSync('$here/app-roles.json', 'utf8')).find((role) => role.value === '$1').id"
}

registered() {
  az ad app list --filter "displayName eq '$name'" --query "[].appId" --output tsv
}

# Prints the object id of an application's service principal, which is made if there is none.
principal_of() {
  az ad sp show --id "$1" --query id --output tsv 2>/dev/null || az ad sp create --id "$1" --query id --output tsv
}

patch() {
  az rest --method PATCH --url "$graph/applications/$object_id" --headers Content-Type=application/json --body "$1" --output none
}

client_id=$(registered)
case "$client_id" in
  *[[:space:]]*) echo "there are several registrations called $name: delete all but one" >&2; exit 1 ;;
  "") client_id=$(az ad app create --display-name "$name" --sign-in-audience AzureADMyOrg --query appId --output tsv) ;;
esac
object_id=$(az ad app show --id "$client_id" --query id --output tsv)
identifier_uri="api://$client_id"

# Tokens of version 2 carry the issuer that the app's authentication expects.
patch "{
  \"identifierUris\": [\"$identifier_uri\"],
  \"appRoles\": $(cat "$here/app-roles.json"),
  \"api\": {
    \"requestedAccessTokenVersion\": 2,
    \"oauth2PermissionScopes\": [{
      \"id\": \"$scope\", \"value\": \"user_impersonation\", \"type\": \"Admin\", \"isEnabled\": true,
      \"adminConsentDisplayName\": \"Use $name\", \"adminConsentDescription\": \"Call it as the signed-in person\"
    }]
  }
}"
# Apart, because a scope must exist before it is given to anybody.
patch "{ \"api\": { \"preAuthorizedApplications\": [{ \"appId\": \"$azure_cli\", \"delegatedPermissionIds\": [\"$scope\"] }] } }"

app_principal=$(principal_of "$client_id")
caller=$(principal_of "$action_groups")
role=$(role_id ActionGroupsSecureWebhook)
assigned=$(az rest --method GET --url "$graph/servicePrincipals/$caller/appRoleAssignments" \
  --query "value[?resourceId=='$app_principal' && appRoleId=='$role'].id" --output tsv)
if [ -z "$assigned" ]; then
  az rest --method POST --url "$graph/servicePrincipals/$caller/appRoleAssignments" --headers Content-Type=application/json --output none \
    --body "{ \"principalId\": \"$caller\", \"resourceId\": \"$app_principal\", \"appRoleId\": \"$role\" }"
fi

tell() {
  echo "$1=$2"
  if command -v azd >/dev/null && [ -n "${AZURE_ENV_NAME:-}" ]; then azd env set "$1" "$2"; fi
}
tell ENTRA_CLIENT_ID "$client_id"
tell ENTRA_IDENTIFIER_URI "$identifier_uri"
tell ENTRA_WEBHOOK_OBJECT_ID "$object_id"
