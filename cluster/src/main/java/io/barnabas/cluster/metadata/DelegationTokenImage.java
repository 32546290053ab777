package io.barnabas.cluster.metadata;

import java.util.List;

/** A delegation token; times are milliseconds since the epoch. Immutable. */
public record DelegationTokenImage(
        String tokenId, String owner, String requester, List<String> renewers, long issueTimestamp, long maxTimestamp,
        long expirationTimestamp) {}
