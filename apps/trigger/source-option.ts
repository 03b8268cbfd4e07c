// The bucket that is followed.
import { parseBucketUri } from '../platform/bucket-uri.ts';
import { asFolder, uriOption } from '../platform/object-storage-uri.ts';

export const sourceOption = uriOption.transform(asFolder).transform((uri, context) => {
  try {
    parseBucketUri('s3', uri);
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
  }
  return uri;
});
