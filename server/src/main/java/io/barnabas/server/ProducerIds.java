package io.barnabas.server;

import io.barnabas.base.EventLoop;
import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.AllocateProducerIdsRequest;
import io.barnabas.protocol.message.AllocateProducerIdsResponse;
import java.util.ArrayDeque;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.LongConsumer;

/** Gives out producer ids, each once in the cluster's life, from blocks that the controller allots. Owned by one loop. */
final class ProducerIds {
    /** Asked for, and told an id or a negative number if there is none to be had now. */
    private final ArrayDeque<LongConsumer> waiting = new ArrayDeque<>();
    private final EventLoop loop;
    private final Function<AllocateProducerIdsRequest, CompletionStage<AllocateProducerIdsResponse>> controller;
    private final BrokerEpoch broker;
    private long next;
    private long end;

    /** @param controller allots a block of ids; answers on any thread */
    ProducerIds(EventLoop loop, Function<AllocateProducerIdsRequest, CompletionStage<AllocateProducerIdsResponse>> controller, BrokerEpoch broker) {
        this.loop = loop;
        this.controller = controller;
        this.broker = broker;
    }

    /**
     * Gives the next id. Any thread.
     *
     * @param receiver told on this object's loop: the id, or -1 if the controller gives none
     */
    void next(LongConsumer receiver) {
        loop.execute(() -> {
            waiting.add(receiver);
            if (next < end) serve();
            // The first of those who wait asks for all.
            else if (waiting.size() == 1) allocate();
        });
    }

    private void serve() {
        while (next < end && !waiting.isEmpty()) waiting.poll().accept(next++);
        if (!waiting.isEmpty()) allocate();
    }

    private void allocate() {
        var request = new AllocateProducerIdsRequest().setBrokerId(broker.id()).setBrokerEpoch(broker.epoch());
        controller.apply(request).whenComplete((response, failure) -> loop.execute(() -> onBlock(response, failure)));
    }

    private void onBlock(AllocateProducerIdsResponse block, Throwable failure) {
        if (failure != null || block.errorCode() != ErrorCode.NONE.code()) {
            while (!waiting.isEmpty()) waiting.poll().accept(-1);
            return;
        }
        next = block.producerIdStart();
        end = next + block.producerIdLen();
        serve();
    }
}
