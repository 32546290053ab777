package io.barnabas.log;

/** What a log knows of a producer; -1 where there is nothing. */
public record ActiveProducer(long producerId, short producerEpoch, int lastSequence, long lastTimestamp,
        int coordinatorEpoch, long currentTransactionStartOffset) {}
