package io.barnabas.server;

import io.barnabas.base.Arena;
import io.barnabas.base.Clock;
import io.barnabas.base.NioEventLoop;
import io.barnabas.base.Uuid;
import io.barnabas.cluster.metadata.BrokerImage;
import io.barnabas.cluster.metadata.ClusterImage;
import io.barnabas.cluster.metadata.ClusterImageBuilder;
import io.barnabas.cluster.metadata.Endpoint;
import io.barnabas.cluster.metadata.MetadataVersion;
import io.barnabas.cluster.metadata.PartitionImage;
import io.barnabas.cluster.metadata.Records;
import io.barnabas.network.ConnectionLimits;
import io.barnabas.network.Listener;
import io.barnabas.network.ListenerConfig;
import io.barnabas.network.NetworkLoop;
import io.barnabas.network.SocketServer;
import io.barnabas.protocol.ApiKey;
import io.barnabas.protocol.MetadataRecords.TypedRecord;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Handlers on a listener of their own, over a cluster image that the test makes up. */
final class HandlerRig implements AutoCloseable {
    static final String LISTENER = "PLAINTEXT";
    static final Uuid DIRECTORY = new Uuid(9, 9);

    final MetadataCache metadata = new MetadataCache(1);
    private final NioEventLoop loop = new NioEventLoop(0, Clock.SYSTEM, new Arena(1 << 20), new ProcessFailures());
    private final List<TypedRecord> records = new ArrayList<>(List.of(Records.feature(MetadataVersion.FEATURE, MetadataVersion.HIGHEST.level())));
    private final Listener listener;

    HandlerRig(Map<ApiKey, RequestHandler<?>> handlers) {
        this(rig -> handlers);
    }

    interface Factory {
        Map<ApiKey, RequestHandler<?>> make(HandlerRig rig);
    }

    HandlerRig(Factory factory) {
        loop.start();
        var server = new SocketServer(List.of(new NetworkLoop(loop, Long.MAX_VALUE)), ConnectionLimits.NONE);
        listener = server.listen(ListenerConfig.of(LISTENER, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                new RequestRouter(factory.make(this)));
        server.start();
    }

    WireClient connect() {
        return new WireClient(listener.address().getPort());
    }

    HandlerRig with(TypedRecord... added) {
        records.addAll(List.of(added));
        return this;
    }

    /** A broker with one listener, on port 1000 and its id. */
    HandlerRig withBroker(int id, String listenerName, boolean fenced) {
        return with(Records.broker(new BrokerImage(id, id, new Uuid(1, id),
                List.of(new Endpoint(listenerName, "host" + id, 1000 + id, (short) 0)), Map.of(), null, fenced, false,
                List.of(DIRECTORY), List.of(), false), MetadataVersion.HIGHEST));
    }

    HandlerRig withTopic(String name, Uuid id, PartitionImage... partitions) {
        with(Records.topic(name, id));
        for (var partition : partitions) with(Records.partition(id, partition, MetadataVersion.HIGHEST));
        return this;
    }

    static PartitionImage partition(int index, int leader, Uuid directory, int... replicas) {
        var directories = new Uuid[replicas.length];
        Arrays.fill(directories, directory);
        return new PartitionImage(index, replicas, directories, replicas, PartitionImage.NONE, PartitionImage.NONE, leader,
                false, 5, 5, PartitionImage.NONE, PartitionImage.NONE);
    }

    /** The image of all that was added. */
    ClusterImage image(long lastOffset) {
        var builder = new ClusterImageBuilder(ClusterImage.EMPTY);
        for (var record : records) builder.apply(record);
        return builder.build(lastOffset, 1, 0).after();
    }

    /** Puts all that was added into effect. */
    HandlerRig publish(long lastOffset) {
        metadata.set(image(lastOffset));
        return this;
    }

    @Override
    public void close() {
        loop.close();
    }
}
