package io.barnabas.coordinator.group;

import io.barnabas.base.Uuid;

/**
 * How far a group has come in a partition.
 *
 * @param leaderEpoch       of the record before, as the member knows it; -1 if it does not
 * @param metadata          what the member wants to remember with it
 * @param commitTimestampMs in ms since 1970
 * @param expireTimestampMs when it is forgotten, as older clients may say; {@link #NO_EXPIRY} to leave that to the broker
 * @param topicId           zero if the record does not say it
 */
record CommittedOffset(long offset, int leaderEpoch, String metadata, long commitTimestampMs, long expireTimestampMs, Uuid topicId) {
    static final long NO_EXPIRY = -1;

    CommittedOffset withTopicId(Uuid same) {
        return new CommittedOffset(offset, leaderEpoch, metadata, commitTimestampMs, expireTimestampMs, same);
    }
}
