package io.barnabas.coordinator.group;

import io.barnabas.protocol.record.ConsumerGroupMemberMetadataValue;
import io.barnabas.protocol.record.ConsumerGroupMemberMetadataValue.ClassicMemberMetadata;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;

/**
 * What a member of a consumer group has told of itself. Immutable.
 *
 * @param instanceId         of a static member, or null
 * @param rackId             or null
 * @param topics             names, sorted, each once
 * @param regex              matches further topics; empty if there is none
 * @param rebalanceTimeoutMs how long it may take to give up partitions
 * @param assignor           its choice among those of the coordinator, or null
 * @param classic            of a member that speaks the classic protocol, or null
 */
record ConsumerSubscription(
        String instanceId, String rackId, String clientId, String clientHost, List<String> topics, String regex, int rebalanceTimeoutMs,
        String assignor, ClassicMemberMetadata classic) {
    /** Of a member that has told nothing yet. */
    static final ConsumerSubscription NONE = new ConsumerSubscription(null, null, "", "", List.of(), "", -1, null, null);

    ConsumerSubscription {
        Objects.requireNonNull(regex, "regex");
    }

    static ConsumerSubscription of(ConsumerGroupMemberMetadataValue value) {
        return new ConsumerSubscription(value.instanceId(), value.rackId(), value.clientId(), value.clientHost(),
                sorted(value.subscribedTopicNames()), orEmpty(value.subscribedTopicRegex()),
                value.rebalanceTimeoutMs(), value.serverAssignor(), value.classicMemberMetadata());
    }

    ConsumerGroupMemberMetadataValue toValue() {
        return new ConsumerGroupMemberMetadataValue().setInstanceId(instanceId).setRackId(rackId).setClientId(clientId)
                .setClientHost(clientHost).setSubscribedTopicNames(topics).setSubscribedTopicRegex(regex)
                .setRebalanceTimeoutMs(rebalanceTimeoutMs)
                .setServerAssignor(assignor).setClassicMemberMetadata(classic);
    }

    /** As changed by a heartbeat, whose nulls and -1 leave things as they were. */
    ConsumerSubscription updatedBy(ConsumerHeartbeat heartbeat) {
        var request = heartbeat.request();
        return new ConsumerSubscription(
                orElse(request.instanceId(), instanceId), orElse(request.rackId(), rackId), heartbeat.clientId(), heartbeat.clientHost(),
                request.subscribedTopicNames() == null ? topics : sorted(request.subscribedTopicNames()),
                orElse(request.subscribedTopicRegex(), regex),
                request.rebalanceTimeoutMs() == -1 ? rebalanceTimeoutMs : request.rebalanceTimeoutMs(),
                orElse(request.serverAssignor(), assignor), null);
    }

    /** @param same names, in another list */
    ConsumerSubscription withTopics(List<String> same) {
        return same == topics ? this
                : new ConsumerSubscription(instanceId, rackId, clientId, clientHost, same, regex, rebalanceTimeoutMs, assignor, classic);
    }

    boolean isClassic() {
        return classic != null;
    }

    boolean hasRegex() {
        return !regex.isEmpty();
    }

    boolean sameTopicsAs(ConsumerSubscription other) {
        return topics.equals(other.topics) && regex.equals(other.regex);
    }

    static List<String> sorted(List<String> names) {
        return List.copyOf(new TreeSet<>(names));
    }

    static String orEmpty(String text) {
        return text == null ? "" : text;
    }

    private static String orElse(String text, String otherwise) {
        return text == null ? otherwise : text;
    }
}
