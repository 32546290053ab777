package io.barnabas.tools;

/**
 * What {@link LogDump} is asked for.
 *
 * @param maxMessageBytes as far as a batch that an index points at is looked for
 * @param maxBytes        of a segment that are read; {@link Integer#MAX_VALUE} for all
 * @param records         whether records are read, each by itself
 * @param decoder         shows keys and values; null where they are not to be shown
 */
record DumpOptions(boolean verifyIndexOnly, boolean indexSanityOnly, int maxMessageBytes, int maxBytes, boolean records,
                   boolean skipRecordMetadata, RecordDecoder decoder) {}
