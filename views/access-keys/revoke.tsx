import type { AccessKey } from "../../src/features/access-keys/model.ts";
import { Confirm } from "../components/confirm.tsx";
import type { Frame } from "../layout/frame.ts";
import { Page } from "../layout/page.tsx";
import { urls } from "../urls.ts";

type Props = { accessKey: AccessKey };

export const RevokeAccessKeyPage = ({ frame, accessKey }: Props & { frame: Frame }): JSX.Element => (
  <Page frame={frame} title={`Revoke ${accessKey.name}`} section="settings">
    <div class="narrow panel">
      <RevokeAccessKey accessKey={accessKey} inDialog={false} />
    </div>
  </Page>
);

export const RevokeAccessKey = ({ accessKey, inDialog }: Props & { inDialog: boolean }): JSX.Element => (
  <Confirm
    title={`Revoke ${accessKey.name}?`}
    action={urls.revokeAccessKey(accessKey.id)}
    verb="Revoke key"
    back={urls.accessKeys}
    inDialog={inDialog}
  >
    <p>
      Whatever uses the key <strong safe>{accessKey.name}</strong> (<code safe>{`${accessKey.keyPrefix}…`}</code>) is
      refused from now on. A revoked key cannot be made valid again.
    </p>
  </Confirm>
);
