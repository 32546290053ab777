package io.barnabas.coordinator.group;

/**
 * Who commits offsets.
 *
 * @param memberId          empty for one who is no member
 * @param groupInstanceId   null unless the member is static (KIP-345)
 * @param generationOrEpoch of the classic group, or the member's of the consumer protocol; negative for one who is no member
 * @param isTransactional   as part of a transaction, which older clients make without telling who they are
 */
record Committer(String memberId, String groupInstanceId, int generationOrEpoch, boolean isTransactional) {}
