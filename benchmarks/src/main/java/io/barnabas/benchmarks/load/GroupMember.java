package io.barnabas.benchmarks.load;

import io.barnabas.base.Uuid;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.ApiMessage;
import java.util.List;
import java.util.function.Consumer;

/** One member of a group that is joined. On the loop of its connection only. */
abstract class GroupMember {
    static final int SESSION_TIMEOUT_MS = 45_000;
    static final int REBALANCE_TIMEOUT_MS = 300_000;
    static final int UNSETTLED = -1;

    /** What all members of a group have in common. */
    interface Group {
        String id();

        String topic();

        Uuid topicId();

        int partitionCount();

        /** Of the classic protocol, whose clients choose it. */
        int heartbeatMs();

        /** False when nobody waits for the group any more: members then rest. */
        boolean isJoining();

        void later(long delayMs, Runnable task);

        /** A member has its share and knows of nothing that is to change. */
        void onSettled();
    }

    private final MessageConnection connection;
    private final Group group;
    private int generation = UNSETTLED;
    private List<Integer> partitions = List.of();

    GroupMember(MessageConnection connection, Group group) {
        this.connection = connection;
        this.group = group;
    }

    abstract void join();

    /** @param left runs when it is out of the group */
    abstract void leave(Runnable left);

    Group group() {
        return group;
    }

    MessageConnection connection() {
        return connection;
    }

    /** The generation, or epoch, in which it has its share; {@link #UNSETTLED} as long as it waits for something. */
    int generation() {
        return generation;
    }

    List<Integer> partitions() {
        return partitions;
    }

    void setPartitions(List<Integer> partitions) {
        this.partitions = partitions;
    }

    void unsettle() {
        generation = UNSETTLED;
    }

    void settle(int generation) {
        this.generation = generation;
        group.onSettled();
    }

    /** An answer that comes when nobody waits for the group any more is not heard. */
    <R extends ApiMessage> void ask(ApiMessage request, Class<R> answer, Consumer<R> onAnswer) {
        connection.ask(request, answer, message -> {
            if (group.isJoining()) onAnswer.accept(message);
        });
    }

    void later(long delayMs, Runnable task) {
        group.later(delayMs, () -> {
            if (group.isJoining()) task.run();
        });
    }

    LoadException refused(String what, ErrorCode error) {
        return new LoadException("%s refused: group=%s error=%s".formatted(what, group.id(), error));
    }
}
