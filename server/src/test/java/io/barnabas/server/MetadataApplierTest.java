package io.barnabas.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.barnabas.base.Arena;
import io.barnabas.base.Clock;
import io.barnabas.base.NioEventLoop;
import io.barnabas.base.Uuid;
import io.barnabas.cluster.metadata.ClusterDelta;
import io.barnabas.cluster.metadata.ClusterImage;
import io.barnabas.cluster.metadata.ClusterImageBuilder;
import io.barnabas.cluster.metadata.MetadataVersion;
import io.barnabas.cluster.metadata.Records;
import io.barnabas.replication.Partition;
import io.barnabas.server.config.BrokerConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The test's own thread is the metadata's. */
class MetadataApplierTest {
    private static final Uuid GONE = new Uuid(9, 9);

    private final NioEventLoop loop = new NioEventLoop(0, Clock.SYSTEM, new Arena(1 << 20), new ProcessFailures());
    private final PartitionRegistry partitions = new PartitionRegistry();
    private final MetadataCache cache = new MetadataCache(1);

    MetadataApplierTest() {
        loop.start();
    }

    @AfterEach
    void close() {
        loop.close();
    }

    /** Their directory is not there, so that they are settled as soon as they are opened. */
    private static ClusterDelta topics(String... names) {
        var builder = new ClusterImageBuilder(ClusterImage.EMPTY);
        builder.apply(Records.feature(MetadataVersion.FEATURE, MetadataVersion.HIGHEST.level()));
        for (var name : names) {
            var id = new Uuid(5, name.hashCode());
            builder.apply(Records.topic(name, id));
            builder.apply(Records.partition(id, HandlerRig.partition(0, 1, GONE, 1), MetadataVersion.HIGHEST));
        }
        return builder.build(7, 1, 0);
    }

    private MetadataApplier applier(PartitionListener listener) {
        return new MetadataApplier(loop, BrokerConfig.of(Map.of()), partitions, cache, new LogDirectories(List.of(), List.of(Path.of("/gone"))),
                List.of(loop), changed -> {}, List.of(listener));
    }

    /** As the partition's loop sees it, behind all that it was told so far. */
    private static boolean isSettled(Partition partition) {
        var settled = new CompletableFuture<Boolean>();
        partition.loop().execute(() -> settled.complete(partition.isSettled()));
        return settled.join();
    }

    /** A coordinator that began to lead before would not find its own topic, and take partitions that it writes to for deleted. */
    @Test
    void aPartitionIsOpenedWhenTheImageThatTellsOfItIsInEffect() {
        var made = new ArrayList<Partition>();
        var settledEarly = new ArrayList<Partition>();
        applier(new PartitionListener() {
            @Override
            public void onCreated(Partition partition) {
                for (var earlier : made) if (isSettled(earlier)) settledEarly.add(earlier);
                made.add(partition);
            }
        }).onChange(topics("a", "b", "c"));
        assertThat(made).hasSize(3).allMatch(MetadataApplierTest::isSettled);
        assertThat(settledEarly).isEmpty();
        assertThat(cache.image().topicCount()).isEqualTo(3);
    }

    @Test
    void whoeverFindsAPartitionInTheImageFindsItInTheRegistry() {
        var found = cache.awaitOffset(7).thenApply(image -> partitions.find("a", 0)).toCompletableFuture();
        applier(new PartitionListener() {}).onChange(topics("a"));
        assertThat(found.join()).isNotNull();
    }
}
