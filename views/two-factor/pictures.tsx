import { ids } from "../urls.ts";

/** Where pictures of QR codes go. They are read by the page's script, which is why nothing here has a name to be sent. */
export const QrPictures = ({ reader }: { reader: string }): JSX.Element => (
  <div class="qr needs-script">
    <div class="drop" data-qr={reader}>
      <label for={ids.qrFile}>Pictures of QR codes</label>
      <p class="muted small" id="qr-hint">
        Choose them, drop them here, or paste a screenshot. They are read in this browser and never sent anywhere.
      </p>
      <input id={ids.qrFile} type="file" accept="image/*" multiple aria-describedby={`qr-hint ${ids.qrStatus}`} />
    </div>
    <p class="small" id={ids.qrStatus} role="status"></p>
  </div>
);
