package io.barnabas.coordinator.transaction;

import io.barnabas.coordinator.Reply;
import io.barnabas.model.ErrorCode;
import io.barnabas.model.RecordBatchBuilder;
import io.barnabas.model.TopicPartition;
import io.barnabas.replication.Append;
import io.barnabas.testkit.SimulatedLoop;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * One instance of a transactional producer, behind a network that loses requests and answers, and, for the newer kind, lets requests
 * be late and come twice. It makes transactions until it is fenced, fails or is told to stop.
 */
final class SimulatedProducer {
    private static final int ANSWER_MS = 2_000;
    private static final int TRANSACTION_MS = 8_000;

    /** What a transaction was to write, and what became of it as far as its producer knows. */
    static final class Attempt {
        final String name;
        final short epoch;
        final List<String> values = new ArrayList<>();
        boolean isCommitSent;
        boolean isCommitted;
        /** Its records must never be seen. */
        boolean mustVanish;

        Attempt(String name, short epoch) {
            this.name = name;
            this.epoch = epoch;
        }

        @Override
        public String toString() {
            return "%s values=%s commitSent=%s committed=%s mustVanish=%s".formatted(name, values, isCommitSent, isCommitted, mustVanish);
        }
    }

    private static final class Write {
        final TopicPartition partition;
        final int sequence;
        final String value;
        ErrorCode error;

        Write(TopicPartition partition, int sequence, String value) {
            this.partition = partition;
            this.sequence = sequence;
            this.value = value;
        }
    }

    /** How the network behaves, as a number out of 100 of requests that meet each mishap. */
    static int mishaps;

    private final TransactionWorld world;
    private final SimulatedLoop loop;
    private final RandomGenerator random;
    private final String id;
    private final String name;
    private final boolean isNewer;
    final List<Attempt> attempts = new ArrayList<>();
    private final int[] sequences = new int[TransactionWorld.PARTITIONS];
    private final Consumer<Short> whenReady;
    private long producerId;
    private short epoch;
    boolean isStopping;
    boolean isDead;
    private Attempt attempt;
    private List<Write> writes = new ArrayList<>();

    /** @param whenReady told its epoch when it has one: those with lower ones are fenced */
    SimulatedProducer(TransactionWorld world, String id, String name, boolean isNewer, Consumer<Short> whenReady) {
        this.world = world;
        this.random = world.simulation.random();
        this.loop = world.simulation.newLoop(name);
        this.id = id;
        this.name = name;
        this.isNewer = isNewer;
        this.whenReady = whenReady;
        loop.execute(this::init);
    }

    SimulatedLoop loop() {
        return loop;
    }

    private void die() {
        isDead = true;
    }

    // --- the network

    /** Asks, and goes on with the answer, or with null if none comes. */
    private <R> void call(Consumer<Reply<R>> request, Consumer<R> answered, Consumer<ErrorCode> refused) {
        var state = new Object() {
            boolean isOver;
        };
        var timeout = loop.schedule(ANSWER_MS, () -> {
            state.isOver = true;
            if (!isDead) refused.accept(ErrorCode.REQUEST_TIMED_OUT);
        });
        Consumer<Runnable> receive = then -> loop.execute(() -> {
            if (state.isOver || isDead || random.nextInt(100) < mishaps) return;
            state.isOver = true;
            timeout.cancel();
            then.run();
        });
        if (random.nextInt(100) >= mishaps) {
            send(() -> request.accept(Reply.of(answer -> receive.accept(() -> answered.accept(answer)), error -> receive.accept(() -> refused.accept(error)))));
        }
        if (isNewer && random.nextInt(100) < mishaps) send(() -> request.accept(Reply.none()));
    }

    private void send(Runnable request) {
        if (isNewer && random.nextInt(100) < mishaps) loop.schedule(random.nextInt(5_000), request);
        else request.run();
    }

    private void again(Runnable step) {
        loop.schedule(20 + random.nextInt(100), () -> {
            if (!isDead) step.run();
        });
    }

    // --- its life

    private void init() {
        call(reply -> world.coordinator.initProducerId(id, TRANSACTION_MS, -1, (short) -1, reply), (ProducerAnswer answer) -> {
            if (answer.error() != ErrorCode.NONE) {
                again(this::init);
                return;
            }
            producerId = answer.producerId();
            epoch = answer.producerEpoch();
            whenReady.accept(epoch);
            begin();
        }, error -> again(this::init));
    }

    private void begin() {
        if (isStopping) {
            die();
            return;
        }
        attempt = new Attempt(name + "-" + attempts.size(), epoch);
        attempts.add(attempt);
        writes = new ArrayList<>();
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            int index = random.nextInt(TransactionWorld.PARTITIONS);
            String value = attempt.name + "/" + i;
            attempt.values.add(value);
            writes.add(new Write(TransactionRig.partition(index), sequences[index]++, value));
        }
        if (isNewer) write();
        else add();
    }

    private void add() {
        Set<TopicPartition> partitions = new LinkedHashSet<>();
        for (var write : writes) partitions.add(write.partition);
        call(reply -> world.coordinator.addPartitions(id, producerId, epoch, partitions, 0, reply), (PartitionErrors errors) -> {
            if (errors.error() == ErrorCode.NONE) write();
            else if (errors.error() == ErrorCode.CONCURRENT_TRANSACTIONS) again(this::add);
            else die();
        }, error -> again(this::add));
    }

    /** All at once, each partition's in order; what fails in passing is sent again when nothing else is under way. */
    private void write() {
        var left = new Object() {
            int count;
        };
        for (var write : writes) {
            if (write.error == ErrorCode.NONE) continue;
            left.count++;
        }
        if (left.count == 0) {
            end();
            return;
        }
        Runnable whenDecided = () -> {
            if (--left.count == 0) onWritten();
        };
        for (var write : List.copyOf(writes)) {
            if (write.error == ErrorCode.NONE) continue;
            long producer = producerId;
            short ofEpoch = epoch;
            call((Reply<ErrorCode> reply) -> world.append(write.partition, new Sent(write, producer, ofEpoch, reply)), error -> {
                write.error = error;
                whenDecided.run();
            }, error -> {
                write.error = error;
                whenDecided.run();
            });
        }
    }

    private void onWritten() {
        for (var write : writes) {
            switch (write.error) {
                case NONE, NOT_ENOUGH_REPLICAS, CONCURRENT_TRANSACTIONS, REQUEST_TIMED_OUT, NOT_LEADER_OR_FOLLOWER, KAFKA_STORAGE_ERROR,
                     OUT_OF_ORDER_SEQUENCE_NUMBER -> {}
                default -> {
                    die();
                    return;
                }
            }
        }
        again(this::write);
    }

    private void end() {
        boolean isCommit = random.nextInt(4) > 0;
        if (isCommit) attempt.isCommitSent = true;
        sendEnd(isCommit);
    }

    private void sendEnd(boolean isCommit) {
        long producer = producerId;
        short ofEpoch = epoch;
        call(reply -> world.coordinator.endTransaction(id, producer, ofEpoch, isCommit, isNewer ? 2 : 0, reply), (ProducerAnswer answer) -> {
            switch (answer.error()) {
                case NONE -> {
                    if (isCommit) attempt.isCommitted = true;
                    else attempt.mustVanish = true;
                    if (isNewer) {
                        producerId = answer.producerId();
                        epoch = answer.producerEpoch();
                        Arrays.fill(sequences, 0);
                    }
                    again(this::begin);
                }
                case CONCURRENT_TRANSACTIONS -> again(() -> sendEnd(isCommit));
                default -> die();
            }
        }, error -> again(() -> sendEnd(isCommit)));
    }

    private final class Sent extends Append {
        private final Reply<ErrorCode> reply;

        Sent(Write write, long producerId, short epoch, Reply<ErrorCode> reply) {
            super(new RecordBatchBuilder().producer(producerId, epoch, write.sequence).transactional()
                    .append(1_000, null, ByteBuffer.wrap(write.value.getBytes(StandardCharsets.UTF_8))).build(), ACKS_ALL,
                    (short) (isNewer ? 12 : 11), id);
            this.reply = reply;
        }

        @Override
        protected void onStored() {}

        @Override
        protected void onDecided() {
            reply.answer(error());
        }
    }
}
