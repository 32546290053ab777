package io.barnabas.log;

import io.barnabas.base.Uuid;

/** Whose log directory it is: the content of {@code meta.properties}. */
public record DirectoryIdentity(int nodeId, String clusterId, Uuid directoryId) {}
