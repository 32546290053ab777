package io.barnabas.server;

import static io.barnabas.server.config.BrokerSettings.ALTER_LOG_DIRS_REPLICATION_QUOTA_WINDOW_NUM;
import static io.barnabas.server.config.BrokerSettings.ALTER_LOG_DIRS_REPLICATION_QUOTA_WINDOW_SIZE_SECONDS;
import static io.barnabas.server.config.BrokerSettings.BROKER_HEARTBEAT_INTERVAL_MS;
import static io.barnabas.server.config.BrokerSettings.BROKER_SESSION_TIMEOUT_MS;
import static io.barnabas.server.config.BrokerSettings.CORDONED_LOG_DIRS;
import static io.barnabas.server.config.BrokerSettings.DEFAULT_REPLICATION_FACTOR;
import static io.barnabas.server.config.BrokerSettings.DELETE_TOPIC_ENABLE;
import static io.barnabas.server.config.BrokerSettings.LOG_DIR_FAILURE_TIMEOUT_MS;
import static io.barnabas.server.config.BrokerSettings.LOG_RETENTION_CHECK_INTERVAL_MS;
import static io.barnabas.server.config.BrokerSettings.METADATA_LOG_MAX_RECORD_BYTES_BETWEEN_SNAPSHOTS;
import static io.barnabas.server.config.BrokerSettings.METADATA_LOG_MAX_SNAPSHOT_INTERVAL_MS;
import static io.barnabas.server.config.BrokerSettings.METADATA_LOG_SEGMENT_BYTES;
import static io.barnabas.server.config.BrokerSettings.METADATA_LOG_SEGMENT_MS;
import static io.barnabas.server.config.BrokerSettings.METADATA_MAX_RETENTION_BYTES;
import static io.barnabas.server.config.BrokerSettings.METADATA_MAX_RETENTION_MS;
import static io.barnabas.server.config.BrokerSettings.NUM_PARTITIONS;
import static io.barnabas.server.config.BrokerSettings.NUM_RECOVERY_THREADS_PER_DATA_DIR;
import static io.barnabas.server.config.BrokerSettings.NUM_REPLICA_ALTER_LOG_DIRS_THREADS;
import static io.barnabas.server.config.BrokerSettings.REPLICA_ALTER_LOG_DIRS_IO_MAX_BYTES_PER_SECOND;

import io.barnabas.base.Arena;
import io.barnabas.base.Clock;
import io.barnabas.base.Disk;
import io.barnabas.base.FileDisk;
import io.barnabas.base.NioEventLoop;
import io.barnabas.base.StorageException;
import io.barnabas.base.SystemMemory;
import io.barnabas.cluster.controller.Controller;
import io.barnabas.cluster.controller.ControllerConfig;
import io.barnabas.cluster.metadata.Endpoint;
import io.barnabas.cluster.metadata.MetadataLogException;
import io.barnabas.cluster.quorum.MetadataDirectory;
import io.barnabas.cluster.quorum.OneVoterQuorum;
import io.barnabas.log.LogDirectory;
import io.barnabas.log.LogDirectoryException;
import io.barnabas.log.MovePace;
import io.barnabas.network.BindException;
import io.barnabas.replication.Partition;
import io.barnabas.server.config.BrokerConfig;
import io.barnabas.server.config.ConfigChecks;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One node, broker and controller in one process: made, wired and taken apart here. */
public final class Broker {
    private static final Logger LOG = LoggerFactory.getLogger(Broker.class);

    /** Freed buffers that a loop keeps for their next use. */
    private static final long ARENA_FREE_BYTES_MAX = 16L << 20;
    /** Of each log directory, for cold reads and flushes, which wait for the disk rather than for a core. */
    private static final int IO_THREADS = 4;
    private static final int STOP_IO_THREADS = 16;
    /** What a move between directories copies at a time. */
    private static final int MOVED_PIECE_BYTES = 256 * 1024;
    /** Logs of a loop whose last flushes are put together, and held in memory, at a time. */
    private static final int CLOSED_AT_ONCE = 1_000;
    /** The page cache is taken to hold what was appended last, up to this part of the memory; others need theirs, too. */
    private static final int RECENT_PART_OF_MEMORY = 8;
    private static final long POOL_IDLE_SECONDS = 10;
    private static final long STOP_STEP_DEADLINE_MS = 20_000;

    private final BrokerConfig config;
    /** With the changes made since the start. */
    private volatile BrokerConfig configNow;
    private final Disk disk = new FileDisk();
    private final SplittableRandom random = new SplittableRandom();
    private final BrokerEpoch epoch;
    private final List<NioEventLoop> loops = new ArrayList<>();
    private final PartitionRegistry partitions = new PartitionRegistry();
    private final List<ThreadPoolExecutor> flushPools = new ArrayList<>();
    private Sockets sockets;
    private Compactions compactions;
    private LogDirectories places;
    private MovePace movePace;
    private volatile ReplicaMoves moves;
    private Coordinators coordinators;
    private volatile ProducerIds producerIds;
    private volatile BrokerLifecycle lifecycle;
    /** Those of the configuration that could not be used at the start. */
    private final List<Path> failedDirectories = new ArrayList<>();
    /** How to take apart what has been made so far, the latest first. */
    private final Deque<Runnable> undo = new ArrayDeque<>();

    private Broker(BrokerConfig config) {
        this.config = config;
        this.configNow = config;
        this.epoch = new BrokerEpoch(config.nodeId());
    }

    /**
     * Starts a node and returns when it takes requests.
     *
     * @throws StartException if it cannot; nothing is left running
     */
    public static Broker start(BrokerConfig config) {
        long startedNs = Clock.SYSTEM.nanoTime();
        var broker = new Broker(config);
        try {
            broker.start(startedNs);
            return broker;
        } catch (BindException e) {
            broker.takeApart();
            throw new StartException(e.getMessage() + ". End what uses the address, or choose another with --port or listeners", e);
        } catch (StorageException e) {
            broker.takeApart();
            throw new StartException(e.getMessage() + ". Make room and let this user write there, or set log.dirs to other directories", e);
        } catch (LogDirectoryException | MetadataLogException | StartException e) {
            broker.takeApart();
            throw new StartException(e.getMessage(), e);
        } catch (CompletionException e) {
            broker.takeApart();
            throw new StartException(String.valueOf(e.getCause().getMessage()), e.getCause());
        } catch (RuntimeException | Error e) {
            broker.takeApart();
            throw e;
        }
    }

    private void start(long startedNs) {
        if (!config.warning().isEmpty()) LOG.warn(config.warning());
        var metadataLoop = loop(config.eventLoops());
        for (int i = 0; i < config.eventLoops(); i++) loops.add(loop(i));

        var identity = MetadataDirectory.formatIfNew(disk, config.metadataLogDir(), config.logDirs(), config.nodeId(), null,
                controllerEndpoint(), random.split(), Clock.SYSTEM, this::onFailed);
        compactions = new Compactions(config, random.split());
        undo.push(compactions::stop);
        var directories = openDirectories(identity.clusterId());
        var metadataDirectory = metadataDirectory(directories, identity.clusterId());

        var metadata = new MetadataCache(config.nodeId());
        undo.push(this::closePartitions);
        places = new LogDirectories(directories, failedDirectories);
        places.cordon(config.get(CORDONED_LOG_DIRS));
        coordinators = new Coordinators(() -> configNow, metadata, partitions, loops, receiver -> producerIds.next(receiver));
        var applier = new MetadataApplier(metadataLoop, config, partitions, metadata, places, loops,
                this::onConfigChanged, List.of(coordinators, new MovesResumed()));
        var quorum = new OneVoterQuorum(config.nodeId(), controllerEndpoint(), metadataDirectory, disk, metadataLoop, retention());
        var controller = new Controller(config.nodeId(), identity.clusterId(), metadataLoop, random.split(), controllerConfig(),
                new ConfigChecks(applier::config), quorum);
        producerIds = new ProducerIds(loops.get(0), controller::allocateProducerIds, epoch);
        controller.addListener(applier);
        controller.addListener(coordinators);
        var assignments = new DirectoryAssignments(metadataLoop, epoch, places::idOf, controller::assignReplicasToDirs);
        controller.addListener(assignments);
        movePace = movePace();
        moves = new ReplicaMoves(metadataLoop, places, assignments, partitions, movePace);
        controller.onFailure(reason -> ProcessFailures.end("the metadata log is lost: " + reason));
        for (var directory : directories) directory.onOffline(() -> onOffline(directory, directories));

        sockets = new Sockets(config, loops);
        undo.push(() -> await(sockets.stop()));
        var services = new Services(config, applier::config, identity.clusterId(), controller, quorum::kraftVersion, metadata, partitions,
                places, moves, coordinators, producerIds, disk, loops, epoch);
        sockets.listen(Handlers.ofBroker(services), Handlers.ofController(services));

        controller.start().toCompletableFuture().join();
        undo.push(() -> await(controller.stop()));
        StoredSecurity.refuseToOpen(controller.image());

        // Decided before the broker's registration, which is waited for; metadata too old for it goes without.
        controller.registerController(Registration.ofController(config, sockets.endpoints(), random));
        lifecycle = new BrokerLifecycle(metadataLoop, controller::registerBroker, controller::heartbeat, epoch, metadata, places,
                config.get(BROKER_HEARTBEAT_INTERVAL_MS), config.get(LOG_DIR_FAILURE_TIMEOUT_MS), ProcessFailures::end);
        undo.push(lifecycle::stop);
        lifecycle.start(Registration.request(config, identity.clusterId(), sockets.endpoints(), directories, random))
                .toCompletableFuture().join();
        undo.push(() -> await(lifecycle.prepareToStop()));
        sockets.start();
        LOG.info("ready in {} ms: node.id={} cluster.id={} listeners={}", TimeUnit.NANOSECONDS.toMillis(Clock.SYSTEM.nanoTime() - startedNs),
                config.nodeId(), identity.clusterId(), sockets.endpoints());
    }

    /** Where it listens, with the ports that it has. */
    List<io.barnabas.server.config.Endpoint> endpoints() {
        return sockets.endpoints();
    }

    PartitionRegistry partitions() {
        return partitions;
    }

    /** Stops in good order: no acknowledged record needs checking at the next start. */
    public void stop() {
        LOG.info("stopping: node.id={}", config.nodeId());
        takeApart();
        LOG.info("stopped: node.id={}", config.nodeId());
    }

    private void takeApart() {
        while (!undo.isEmpty()) {
            try {
                undo.pop().run();
            } catch (RuntimeException e) {
                LOG.error("while stopping", e);
            }
        }
    }

    private NioEventLoop loop(int index) {
        var loop = new NioEventLoop(index, Clock.SYSTEM, new Arena(ARENA_FREE_BYTES_MAX), new ProcessFailures());
        loop.start();
        undo.push(loop::close);
        return loop;
    }

    private List<LogDirectory> openDirectories(String clusterId) {
        var directories = new ArrayList<LogDirectory>();
        for (var path : config.logDirs()) {
            if (failedDirectories.contains(path)) continue;
            try {
                directories.add(openDirectory(path, clusterId));
            } catch (StorageException e) {
                // Without its metadata a node is nothing.
                if (path.equals(config.metadataLogDir())) throw e;
                onFailed(path, e);
            }
        }
        if (directories.isEmpty()) throw new StartException("none of log.dirs can be used: " + failedDirectories, null);
        return directories;
    }

    private void onFailed(Path path, StorageException reason) {
        LOG.error("a log directory cannot be used, its partitions are offline: path={} reason={}", path, reason.getMessage());
        failedDirectories.add(path);
    }

    private MovePace movePace() {
        Integer threads = config.get(NUM_REPLICA_ALTER_LOG_DIRS_THREADS);
        long windowMs = 1000L * config.get(ALTER_LOG_DIRS_REPLICATION_QUOTA_WINDOW_NUM)
                * config.get(ALTER_LOG_DIRS_REPLICATION_QUOTA_WINDOW_SIZE_SECONDS);
        var pace = new MovePace(Clock.SYSTEM, threads != null ? threads : config.logDirs().size(), MOVED_PIECE_BYTES, windowMs);
        pace.limit(config.get(REPLICA_ALTER_LOG_DIRS_IO_MAX_BYTES_PER_SECOND));
        return pace;
    }

    private LogDirectory openDirectory(Path path, String clusterId) {
        var io = pool(IO_THREADS, "io-" + path.getFileName());
        flushPools.add(io);
        var recovery = pool(config.get(NUM_RECOVERY_THREADS_PER_DATA_DIR), "recovery-" + path.getFileName());
        var appends = pool(1, "appends-" + path.getFileName());
        var directory = LogDirectory.open(path, config.nodeId(), clusterId,
                new LogDirectory.Environment(disk, Clock.SYSTEM, io, recovery, appends, random.split(), compactions.cleaner(), recentBytes(),
                        OpenFiles.segmentsMax() / config.logDirs().size(), config.get(LOG_RETENTION_CHECK_INTERVAL_MS)));
        undo.push(() -> directory.closeCleanly(epoch.epoch()));
        return directory;
    }

    /** Moves that were under way when the broker last stopped go on. */
    private final class MovesResumed implements PartitionListener {
        @Override
        public void onOpened(Partition partition) {
            moves.resume(partition);
        }
    }

    private void onConfigChanged(BrokerConfig changed) {
        configNow = changed;
        sockets.limit(changed);
        compactions.reconfigure(changed);
        movePace.limit(changed.get(REPLICA_ALTER_LOG_DIRS_IO_MAX_BYTES_PER_SECOND));
        places.cordon(changed.get(CORDONED_LOG_DIRS));
        if (lifecycle != null) lifecycle.onCordoned();
    }

    private long recentBytes() {
        return SystemMemory.bytes() / RECENT_PART_OF_MEMORY / config.logDirs().size() / config.eventLoops();
    }

    /** Threads that come with the work and go without it. */
    private ThreadPoolExecutor pool(int threads, String name) {
        var pool = new ThreadPoolExecutor(threads, threads, POOL_IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
                task -> new Thread(task, name));
        pool.allowCoreThreadTimeOut(true);
        undo.push(pool::shutdown);
        return pool;
    }

    private void onOffline(LogDirectory directory, List<LogDirectory> all) {
        LOG.error("a log directory is offline, its partitions are not served: path={}", directory.path());
        if (lifecycle != null) lifecycle.onDirectoryFailed(directory.id());
        for (var other : all) if (!other.isOffline()) return;
        ProcessFailures.end("no log directory is left");
    }

    /** The metadata log lies in one of the broker's directories, or in one of its own. */
    private LogDirectory metadataDirectory(List<LogDirectory> directories, String clusterId) {
        for (var directory : directories) if (directory.path().equals(config.metadataLogDir())) return directory;
        return openDirectory(config.metadataLogDir(), clusterId);
    }

    private Endpoint controllerEndpoint() {
        var listener = config.listeners().ofController().get(0);
        return new Endpoint(listener.listener(), Registration.hostOf(listener), listener.port(), Registration.PLAINTEXT);
    }

    private OneVoterQuorum.Retention retention() {
        return new OneVoterQuorum.Retention(config.get(METADATA_LOG_SEGMENT_BYTES), config.get(METADATA_LOG_SEGMENT_MS),
                config.get(METADATA_MAX_RETENTION_BYTES), config.get(METADATA_MAX_RETENTION_MS));
    }

    private ControllerConfig controllerConfig() {
        return new ControllerConfig(config.get(NUM_PARTITIONS), config.get(DEFAULT_REPLICATION_FACTOR).shortValue(),
                config.get(DELETE_TOPIC_ENABLE), config.get(BROKER_SESSION_TIMEOUT_MS),
                config.get(METADATA_LOG_MAX_RECORD_BYTES_BETWEEN_SNAPSHOTS), config.get(METADATA_LOG_MAX_SNAPSHOT_INTERVAL_MS));
    }

    /** Each loop closes its own, and many threads help it to flush them: syncs that go to the disk together cost little more than one. */
    private void closePartitions() {
        awaitOpenings();
        for (var pool : flushPools) {
            pool.setMaximumPoolSize(STOP_IO_THREADS);
            pool.setCorePoolSize(STOP_IO_THREADS);
        }
        var byLoop = partitions.all().stream().collect(Collectors.groupingBy(Partition::loop));
        var steps = new ArrayList<CompletableFuture<Void>>();
        byLoop.forEach((loop, held) -> {
            for (int from = 0; from < held.size(); from += CLOSED_AT_ONCE) {
                var some = held.subList(from, Math.min(from + CLOSED_AT_ONCE, held.size()));
                steps.add(CompletableFuture.runAsync(() -> close(some), loop));
            }
        });
        for (var step : steps) await(step);
    }

    /** A log that is opened behind the stop would be nobody's, and would be taken for one that was not closed. */
    private void awaitOpenings() {
        var settled = partitions.all().stream().map(Broker::settled).toArray(CompletableFuture<?>[]::new);
        try {
            await(CompletableFuture.allOf(settled));
        } catch (CompletionException e) {
            LOG.warn("partitions are still being opened, the next start will check them");
        }
    }

    private static CompletableFuture<Void> settled(Partition partition) {
        var settled = new CompletableFuture<Void>();
        partition.loop().execute(() -> partition.whenSettled(() -> settled.complete(null)));
        return settled;
    }

    private static void close(List<Partition> some) {
        for (var partition : some) partition.startClosing();
        // From the other end than the pool's threads, so that they meet in the middle.
        for (int i = some.size() - 1; i >= 0; i--) {
            try {
                some.get(i).close();
            } catch (StorageException e) {
                LOG.error("cannot close a partition, the next start will check it: partition={} reason={}", some.get(i).topicPartition(), e.getMessage());
            }
        }
    }

    /** A step of a stop that does not come to its end keeps no others from being done. */
    private static void await(CompletionStage<Void> stage) {
        stage.toCompletableFuture().orTimeout(STOP_STEP_DEADLINE_MS, TimeUnit.MILLISECONDS).join();
    }
}
