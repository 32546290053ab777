package io.barnabas.server.config;

import static io.barnabas.base.Setting.Scope.CLUSTER_WIDE;
import static io.barnabas.base.Setting.booleanOf;
import static io.barnabas.base.Setting.intOf;
import static io.barnabas.base.Setting.shortOf;

import io.barnabas.base.Setting;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The broker's settings of transactions that code reads, by {@link BrokerConfig#get}. */
public final class TransactionSettings {
    private static final List<Setting<?>> ALL = new ArrayList<>(12);

    public static final Setting<Integer> TRANSACTION_STATE_LOG_NUM_PARTITIONS = honoured(
            intOf("transaction.state.log.num.partitions").atLeast(1).defaultTo(50)
            .doc("Partitions of __transaction_state, when it is created."));
    public static final Setting<Short> TRANSACTION_STATE_LOG_REPLICATION_FACTOR = honoured(
            shortOf("transaction.state.log.replication.factor").atLeast(1).defaultTo((short) 3)
            .doc("Replicas of each partition of __transaction_state, when it is created; no more than there are brokers."));
    public static final Setting<Integer> TRANSACTION_STATE_LOG_MIN_ISR = honoured(
            intOf("transaction.state.log.min.isr").atLeast(1).defaultTo(2)
            .doc("min.insync.replicas of __transaction_state, when it is created; a partition with fewer replicas asks for all of them."));
    public static final Setting<Integer> TRANSACTION_STATE_LOG_SEGMENT_BYTES = honoured(
            intOf("transaction.state.log.segment.bytes").atLeast(1).defaultTo(104_857_600)
            .doc("segment.bytes of __transaction_state, when it is created."));
    public static final Setting<Integer> TRANSACTION_STATE_LOG_LOAD_BUFFER_SIZE = honoured(
            intOf("transaction.state.log.load.buffer.size").atLeast(1).defaultTo(5_242_880)
            .doc("Bytes that are read at a time when transactions are loaded; a larger batch is read whole."));
    public static final Setting<Integer> TRANSACTION_MAX_TIMEOUT_MS = honoured(
            intOf("transaction.max.timeout.ms").atLeast(1).defaultTo(900_000)
            .doc("The longest that a producer may let a transaction be open."));
    public static final Setting<Integer> TRANSACTIONAL_ID_EXPIRATION_MS = honoured(
            intOf("transactional.id.expiration.ms").atLeast(1).defaultTo(604_800_000)
            .doc("After which a transactional id is forgotten that has no open transaction."));
    public static final Setting<Integer> TRANSACTION_REMOVE_EXPIRED_TRANSACTION_CLEANUP_INTERVAL_MS = honoured(
            intOf("transaction.remove.expired.transaction.cleanup.interval.ms").atLeast(1).defaultTo(3_600_000)
            .doc("How often expired transactional ids are looked for."));
    public static final Setting<Boolean> TRANSACTION_PARTITION_VERIFICATION_ENABLE = honoured(
            booleanOf("transaction.partition.verification.enable").scope(CLUSTER_WIDE).defaultTo(true)
            .doc("Whether a partition takes the first records of a transaction only once its coordinator knows of the partition. "
                    + "Newer clients leave the adding of partitions to brokers, and are always asked for."));
    public static final Setting<Integer> ADD_PARTITIONS_TO_TXN_RETRY_BACKOFF_MS = honoured(
            intOf("add.partitions.to.txn.retry.backoff.ms").atLeast(1).defaultTo(20)
            .doc("How long a broker waits before it tries again to add a partition to a transaction, while the one before is being completed."));
    public static final Setting<Integer> ADD_PARTITIONS_TO_TXN_RETRY_BACKOFF_MAX_MS = honoured(
            intOf("add.partitions.to.txn.retry.backoff.max.ms").atLeast(0).defaultTo(100)
            .doc("How long a broker tries to add a partition to a transaction before the client is told to try again."));

    private TransactionSettings() {}

    /** Every setting declared here. */
    static List<Setting<?>> all() {
        return Collections.unmodifiableList(ALL);
    }

    private static <T> Setting<T> honoured(Setting<T> setting) {
        ALL.add(setting);
        return setting;
    }
}
