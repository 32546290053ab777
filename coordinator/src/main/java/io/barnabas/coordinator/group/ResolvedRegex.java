package io.barnabas.coordinator.group;

import java.util.List;

/**
 * The topics that a regular expression stood for when it was looked at last. Immutable.
 *
 * @param topics         names, sorted
 * @param metadataOffset of the metadata that was looked at
 * @param timestampMs    when that was
 */
record ResolvedRegex(List<String> topics, long metadataOffset, long timestampMs) {}
