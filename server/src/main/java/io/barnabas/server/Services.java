package io.barnabas.server;

import io.barnabas.base.Disk;
import io.barnabas.base.NioEventLoop;
import io.barnabas.cluster.controller.Controller;
import io.barnabas.server.config.BrokerConfig;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * What a node is made of, for those who are made from it: read once, when the handlers are built.
 *
 * @param config    as the node started with
 * @param configNow with the changes made since; any thread
 */
record Services(
        BrokerConfig config, Supplier<BrokerConfig> configNow, String clusterId, Controller controller,
        IntSupplier kraftVersion, MetadataCache metadata, PartitionRegistry partitions, LogDirectories directories, ReplicaMoves moves,
        Coordinators coordinators, ProducerIds producerIds, Disk disk, List<NioEventLoop> loops, BrokerEpoch epoch) {}
