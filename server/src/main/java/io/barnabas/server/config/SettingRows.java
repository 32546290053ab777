package io.barnabas.server.config;

/**
 * The settings that no code reads under a name of its own. A section, {@code [kind] reason}, says what becomes of its rows
 * and why; a row is {@code name|type|default|valid values|scope, if it may change at run time|internal}. In a class and not in
 * a file, since opening a file of a jar costs a start more than reading all rows.
 */
final class SettingRows {
    static final String TEXT = """
        =broker

        [honoured] The default of a topic setting.
        compression.gzip.level|INT|-1|[1,...,9] or -1|cluster-wide
        compression.lz4.level|INT|9|[1,...,17]|cluster-wide
        compression.type|STRING|producer|[uncompressed, zstd, lz4, snappy, gzip, producer]|cluster-wide
        compression.zstd.level|INT|3|[-131072,...,22]|cluster-wide
        log.cleaner.delete.retention.ms|LONG|86400000|[0,...]|cluster-wide
        log.cleaner.max.compaction.lag.ms|LONG|9223372036854775807|[1,...]|cluster-wide
        log.cleaner.min.cleanable.ratio|DOUBLE|0.5|[0,...,1]|cluster-wide
        log.cleaner.min.compaction.lag.ms|LONG|0|[0,...]|cluster-wide
        log.cleanup.policy|LIST|delete|[compact, delete]|cluster-wide
        log.flush.interval.messages|LONG|9223372036854775807|[1,...]|cluster-wide
        log.flush.interval.ms|LONG|null||cluster-wide
        log.flush.scheduler.interval.ms|LONG|9223372036854775807
        log.index.interval.bytes|INT|4096|[0,...]|cluster-wide
        log.index.size.max.bytes|INT|10485760|[4,...]|cluster-wide
        log.message.timestamp.after.max.ms|LONG|3600000|[0,...]|cluster-wide
        log.message.timestamp.before.max.ms|LONG|9223372036854775807|[0,...]|cluster-wide
        log.message.timestamp.type|STRING|CreateTime|[CreateTime, LogAppendTime]|cluster-wide
        log.retention.bytes|LONG|-1||cluster-wide
        log.retention.hours|INT|168
        log.retention.minutes|INT|null
        log.retention.ms|LONG|null||cluster-wide
        log.roll.hours|INT|168|[1,...]
        log.roll.jitter.hours|INT|0|[0,...]
        log.roll.jitter.ms|LONG|null||cluster-wide
        log.roll.ms|LONG|null||cluster-wide
        log.segment.bytes|INT|1073741824|[1048576,...]|cluster-wide
        log.segment.delete.delay.ms|LONG|60000|[0,...]|cluster-wide
        max.decompressed.message.bytes|INT|2147483639|[1,...,2147483639]|cluster-wide
        message.max.bytes|INT|1048588|[0,...]|cluster-wide
        min.insync.replicas|INT|1|[1,...]|cluster-wide

        [refused] Security that is not built: only the default is accepted. Leave it out and keep to PLAINTEXT listeners on networks you trust.
        authorizer.class.name|STRING||non-null string
        connections.max.reauth.ms|LONG|0
        delegation.token.secret.key|PASSWORD|null
        principal.builder.class|CLASS|org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder||per-broker
        sasl.client.callback.handler.class|CLASS|null
        sasl.enabled.mechanisms|LIST|GSSAPI||per-broker
        sasl.jaas.config|PASSWORD|null||per-broker
        sasl.kerberos.kinit.cmd|STRING|/usr/bin/kinit||per-broker
        sasl.kerberos.min.time.before.relogin|LONG|60000||per-broker
        sasl.kerberos.principal.to.local.rules|LIST|DEFAULT||per-broker
        sasl.kerberos.service.name|STRING|null||per-broker
        sasl.kerberos.ticket.renew.jitter|DOUBLE|0.05||per-broker
        sasl.kerberos.ticket.renew.window.factor|DOUBLE|0.8||per-broker
        sasl.login.callback.handler.class|CLASS|null
        sasl.login.class|CLASS|null
        sasl.login.connect.timeout.ms|INT|null
        sasl.login.read.timeout.ms|INT|null
        sasl.login.refresh.buffer.seconds|SHORT|300||per-broker
        sasl.login.refresh.min.period.seconds|SHORT|60||per-broker
        sasl.login.refresh.window.factor|DOUBLE|0.8||per-broker
        sasl.login.refresh.window.jitter|DOUBLE|0.05||per-broker
        sasl.login.retry.backoff.max.ms|LONG|10000
        sasl.login.retry.backoff.ms|LONG|100
        sasl.mechanism.controller.protocol|STRING|GSSAPI
        sasl.mechanism.inter.broker.protocol|STRING|GSSAPI||per-broker
        sasl.oauthbearer.allow.unverified.audience|BOOLEAN|false
        sasl.oauthbearer.allow.unverified.issuer|BOOLEAN|false
        sasl.oauthbearer.assertion.algorithm|STRING|RS256|(case insensitive) [ES256, RS256]
        sasl.oauthbearer.assertion.claim.aud|STRING|null
        sasl.oauthbearer.assertion.claim.exp.seconds|INT|300|[0,...,86400]
        sasl.oauthbearer.assertion.claim.iss|STRING|null
        sasl.oauthbearer.assertion.claim.jti.include|BOOLEAN|false
        sasl.oauthbearer.assertion.claim.nbf.seconds|INT|60|[0,...,3600]
        sasl.oauthbearer.assertion.claim.sub|STRING|null
        sasl.oauthbearer.assertion.file|STRING|null
        sasl.oauthbearer.assertion.private.key.file|STRING|null
        sasl.oauthbearer.assertion.private.key.passphrase|PASSWORD|null
        sasl.oauthbearer.assertion.template.file|STRING|null
        sasl.oauthbearer.client.credentials.client.id|STRING|null
        sasl.oauthbearer.client.credentials.client.secret|PASSWORD|null
        sasl.oauthbearer.clock.skew.seconds|INT|30
        sasl.oauthbearer.expected.audience|LIST|
        sasl.oauthbearer.expected.issuer|STRING|null
        sasl.oauthbearer.jwks.endpoint.refresh.ms|LONG|3600000
        sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms|LONG|10000
        sasl.oauthbearer.jwks.endpoint.retry.backoff.ms|LONG|100
        sasl.oauthbearer.jwks.endpoint.url|STRING|null
        sasl.oauthbearer.jwt.retriever.class|CLASS|org.apache.kafka.common.security.oauthbearer.DefaultJwtRetriever
        sasl.oauthbearer.jwt.validator.class|CLASS|org.apache.kafka.common.security.oauthbearer.DefaultJwtValidator
        sasl.oauthbearer.scope|STRING|null
        sasl.oauthbearer.scope.claim.name|STRING|scope
        sasl.oauthbearer.sub.claim.name|STRING|sub
        sasl.oauthbearer.token.endpoint.url|STRING|null
        sasl.server.callback.handler.class|CLASS|null
        sasl.server.max.receive.size|INT|524288
        security.inter.broker.protocol|STRING|PLAINTEXT|[PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL]
        security.providers|STRING|null
        ssl.allow.dn.changes|BOOLEAN|false
        ssl.allow.san.changes|BOOLEAN|false
        ssl.cipher.suites|LIST|||per-broker
        ssl.client.auth|STRING|none|[required, requested, none]|per-broker
        ssl.enabled.protocols|LIST|TLSv1.2,TLSv1.3||per-broker
        ssl.endpoint.identification.algorithm|STRING|https||per-broker
        ssl.engine.factory.class|CLASS|null||per-broker
        ssl.key.password|PASSWORD|null||per-broker
        ssl.keymanager.algorithm|STRING|SunX509||per-broker
        ssl.keystore.certificate.chain|PASSWORD|null||per-broker
        ssl.keystore.key|PASSWORD|null||per-broker
        ssl.keystore.location|STRING|null||per-broker
        ssl.keystore.password|PASSWORD|null||per-broker
        ssl.keystore.type|STRING|JKS||per-broker
        ssl.principal.mapping.rules|STRING|DEFAULT
        ssl.protocol|STRING|TLSv1.3||per-broker
        ssl.provider|STRING|null||per-broker
        ssl.secure.random.implementation|STRING|null||per-broker
        ssl.trustmanager.algorithm|STRING|PKIX||per-broker
        ssl.truststore.certificates|PASSWORD|null||per-broker
        ssl.truststore.location|STRING|null||per-broker
        ssl.truststore.password|PASSWORD|null||per-broker
        ssl.truststore.type|STRING|JKS||per-broker

        [refused] Names a plug-in class, and none is loaded: only the default is accepted.
        alter.config.policy.class.name|CLASS|null
        client.quota.callback.class|CLASS|null
        config.providers|LIST|||cluster-wide
        create.topic.policy.class.name|CLASS|null
        group.share.dlq.manager.class.name|STRING|org.apache.kafka.server.share.dlq.DefaultShareGroupDLQManager|||internal
        group.share.persister.class.name|STRING|org.apache.kafka.server.share.persister.DefaultStatePersister|||internal
        group.streams.topology.description.plugin.class|CLASS|null
        kafka.metrics.reporters|LIST|
        metric.reporters|LIST|org.apache.kafka.common.metrics.JmxReporter||cluster-wide
        replica.selector.class|STRING|null

        [refused] Remote storage is not built: only the default is accepted.
        remote.log.metadata.manager.class.name|STRING|org.apache.kafka.server.log.remote.metadata.storage.TopicBasedRemoteLogMetadataManager|non-empty string
        remote.log.metadata.manager.class.path|STRING|null
        remote.log.metadata.manager.listener.name|STRING|null|non-empty string
        remote.log.storage.manager.class.name|STRING|null|non-empty string
        remote.log.storage.manager.class.path|STRING|null
        remote.log.storage.system.enable|BOOLEAN|false

        [refused] Not built: only the default is accepted.
        controller.quorum.auto.join.enable|BOOLEAN|false
        early.start.listeners|LIST|null

        [accepted] Threads of another design: a few event loops do this work here, see num.event.loops.
        background.threads|INT|10|[1,...]|cluster-wide
        group.coordinator.background.threads|INT|2|[1,...]
        group.coordinator.threads|INT|4|[1,...]
        num.io.threads|INT|8|[1,...]|cluster-wide
        num.network.threads|INT|3|[1,...]|cluster-wide
        num.replica.fetchers|INT|1|[1,...]|cluster-wide
        share.coordinator.threads|INT|1|[1,...]

        [accepted] Queues of another design: requests are taken where they arrive, and what waits is kept with its partition.
        delete.records.purgatory.purge.interval.requests|INT|1
        fetch.purgatory.purge.interval.requests|INT|1000
        producer.purgatory.purge.interval.requests|INT|1000
        queued.max.requests|INT|500|[1,...]
        share.fetch.purgatory.purge.interval.requests|INT|1000

        [accepted] For remote storage, which is not built.
        follower.fetch.last.tiered.offset.enable|BOOLEAN|false||cluster-wide
        log.local.retention.bytes|LONG|-2|[-2,...]|cluster-wide
        log.local.retention.ms|LONG|-2|[-2,...]|cluster-wide
        log.remote.copy.lag.bytes|LONG|-1|[-1,...]|cluster-wide
        log.remote.copy.lag.ms|LONG|0|[-1,...]|cluster-wide
        remote.fetch.max.wait.ms|INT|500|[1,...]|cluster-wide
        remote.list.offsets.request.timeout.ms|LONG|30000|[1,...]|cluster-wide
        remote.log.index.file.cache.total.size.bytes|LONG|1073741824|[1,...]|cluster-wide
        remote.log.index.file.cache.ttl.ms|LONG|900000|[-1,...]||internal
        remote.log.manager.copier.thread.pool.size|INT|10|[1,...]|cluster-wide
        remote.log.manager.copy.max.bytes.per.second|LONG|9223372036854775807|[1,...]|cluster-wide
        remote.log.manager.copy.quota.window.num|INT|11|[1,...]
        remote.log.manager.copy.quota.window.size.seconds|INT|1|[1,...]
        remote.log.manager.expiration.thread.pool.size|INT|10|[1,...]|cluster-wide
        remote.log.manager.fetch.max.bytes.per.second|LONG|9223372036854775807|[1,...]|cluster-wide
        remote.log.manager.fetch.quota.window.num|INT|11|[1,...]
        remote.log.manager.fetch.quota.window.size.seconds|INT|1|[1,...]
        remote.log.manager.follower.thread.pool.size|INT|2|[1,...]|cluster-wide
        remote.log.manager.task.interval.ms|LONG|30000|[1,...]
        remote.log.manager.task.retry.backoff.max.ms|LONG|30000|[1,...]||internal
        remote.log.manager.task.retry.backoff.ms|LONG|500|[1,...]||internal
        remote.log.manager.task.retry.jitter|DOUBLE|0.2|[0,...,0.5]||internal
        remote.log.manager.thread.pool.size|INT|2|[1,...]
        remote.log.metadata.custom.metadata.max.bytes|INT|128|[0,...]
        remote.log.metadata.manager.impl.prefix|STRING|rlmm.config.|non-empty string
        remote.log.reader.max.pending.tasks|INT|100|[1,...]
        remote.log.reader.threads|INT|10|[1,...]|cluster-wide
        remote.log.storage.manager.impl.prefix|STRING|rsm.config.|non-empty string

        [honoured] Bounds what the configs of a group may be.
        group.consumer.max.assignment.interval.ms|INT|15000|[0,...]
        group.consumer.max.heartbeat.interval.ms|INT|15000|[1,...]
        group.consumer.max.session.timeout.ms|INT|60000|[1,...]
        group.consumer.min.assignment.interval.ms|INT|0|[0,...]
        group.consumer.min.heartbeat.interval.ms|INT|5000|[1,...]
        group.consumer.min.session.timeout.ms|INT|45000|[1,...]

        [accepted] Assignments are computed where they are cheap, and batches gather within a turn of the loop.
        group.consumer.assignor.offload.enable|BOOLEAN|true||cluster-wide|internal
        group.coordinator.append.linger.ms|INT|-1|[-1,...]
        group.coordinator.cached.buffer.max.bytes|INT|1048588|[524288,...]|cluster-wide

        [accepted] For share and streams groups, which are not built.
        errors.deadletterqueue.auto.create.topics.enable|BOOLEAN|false||cluster-wide
        errors.deadletterqueue.topic.name.prefix|STRING|dlq.||cluster-wide
        group.share.assignment.interval.ms|INT|1000|[0,...]|cluster-wide
        group.share.assignor.offload.enable|BOOLEAN|true||cluster-wide|internal
        group.share.assignors|LIST|simple
        group.share.delivery.count.limit|INT|5|[2,...,10]
        group.share.heartbeat.interval.ms|INT|5000|[1,...]
        group.share.initialize.retry.interval.ms|INT|30000|[1,...]||internal
        group.share.max.assignment.interval.ms|INT|15000|[0,...]
        group.share.max.delivery.count.limit|INT|10|[5,...,25]
        group.share.max.heartbeat.interval.ms|INT|15000|[1,...]
        group.share.max.partition.max.record.locks|INT|4000|[2000,...,10000]
        group.share.max.record.lock.duration.ms|INT|60000|[30000,...,3600000]
        group.share.max.session.timeout.ms|INT|60000|[1,...]
        group.share.max.share.sessions|INT|2000|[1,...]
        group.share.max.size|INT|200|[1,...,1000]
        group.share.min.assignment.interval.ms|INT|0|[0,...]
        group.share.min.delivery.count.limit|INT|2|[2,...,5]
        group.share.min.heartbeat.interval.ms|INT|5000|[1,...]
        group.share.min.partition.max.record.locks|INT|100|[100,...,2000]
        group.share.min.record.lock.duration.ms|INT|15000|[1000,...,30000]
        group.share.min.session.timeout.ms|INT|45000|[1,...]
        group.share.partition.max.record.locks|INT|2000|[100,...,10000]
        group.share.record.lock.duration.ms|INT|30000|[1000,...,3600000]
        group.share.session.timeout.ms|INT|45000|[1,...]
        group.streams.acceptable.recovery.lag|LONG|10000|[0,...]||internal
        group.streams.assignment.interval.ms|INT|1000|[0,...]|cluster-wide
        group.streams.assignor.offload.enable|BOOLEAN|true||cluster-wide|internal
        group.streams.assignors|LIST|sticky
        group.streams.heartbeat.interval.ms|INT|5000|[1,...]
        group.streams.initial.rebalance.delay.ms|INT|3000|[0,...]
        group.streams.max.assignment.interval.ms|INT|15000|[0,...]
        group.streams.max.heartbeat.interval.ms|INT|15000|[1,...]
        group.streams.max.session.timeout.ms|INT|60000|[1,...]
        group.streams.max.size|INT|2147483647|[1,...]
        group.streams.max.standby.replicas|INT|2|[0,...]
        group.streams.max.warmup.replicas|INT|20|[0,...]||internal
        group.streams.min.assignment.interval.ms|INT|0|[0,...]
        group.streams.min.heartbeat.interval.ms|INT|5000|[1,...]
        group.streams.min.session.timeout.ms|INT|45000|[1,...]
        group.streams.min.task.offset.interval.ms|INT|15000|[1,...]||internal
        group.streams.num.standby.replicas|INT|0|[0,...]
        group.streams.num.warmup.replicas|INT|2|[0,...]||internal
        group.streams.rack.aware.assignment.tags|LIST|
        group.streams.session.timeout.ms|INT|45000|[1,...]
        group.streams.task.offset.interval.ms|INT|60000|[1,...]||internal
        share.coordinator.append.linger.ms|INT|-1|[-1,...]
        share.coordinator.cached.buffer.max.bytes|INT|1048588|[524288,...]|cluster-wide
        share.coordinator.cold.partition.snapshot.interval.ms|INT|300000|[1,...]||internal
        share.coordinator.load.buffer.size|INT|5242880|[1,...]
        share.coordinator.snapshot.update.records.per.snapshot|INT|500|[0,...,500]
        share.coordinator.state.topic.compression.codec|INT|0
        share.coordinator.state.topic.min.isr|SHORT|2|[1,...]
        share.coordinator.state.topic.num.partitions|INT|50|[1,...]
        share.coordinator.state.topic.prune.interval.ms|INT|300000|[1,...]||internal
        share.coordinator.state.topic.replication.factor|SHORT|3|[1,...]
        share.coordinator.state.topic.segment.bytes|INT|104857600|[1,...]
        share.coordinator.write.timeout.ms|INT|5000|[1,...]

        [accepted] A transaction that takes too long is aborted when it is due: nobody looks for such.
        transaction.abort.timed.out.transaction.cleanup.interval.ms|INT|10000|[1,...]

        [accepted] For two-phase commit (KIP-939), whose requests are not offered.
        transaction.two.phase.commit.enable|BOOLEAN|false

        [accepted] For quotas, which are not built.
        controller.quota.window.num|INT|11|[1,...]
        controller.quota.window.size.seconds|INT|1|[1,...]
        quota.window.num|INT|11|[1,...]
        quota.window.size.seconds|INT|1|[1,...]
        replication.quota.window.num|INT|11|[1,...]
        replication.quota.window.size.seconds|INT|1|[1,...]

        [accepted] For clusters of several nodes, which are not built.
        replica.lag.time.max.ms|LONG|30000
        auto.leader.rebalance.enable|BOOLEAN|true
        controlled.shutdown.enable|BOOLEAN|true
        controller.quorum.append.linger.ms|INT|25|[0,...]
        controller.quorum.election.backoff.max.ms|INT|1000|[0,...]
        controller.quorum.election.timeout.ms|INT|1000|[0,...]
        controller.quorum.fetch.max.bytes|INT|1048576|[1,...]
        controller.quorum.fetch.snapshot.max.bytes|INT|1048576|[1,...]
        controller.quorum.fetch.timeout.ms|INT|2000|[0,...]
        controller.quorum.request.timeout.ms|INT|2000|[0,...]
        controller.quorum.retry.backoff.ms|INT|20|[0,...]
        controller.socket.timeout.ms|INT|30000
        initial.broker.registration.timeout.ms|INT|60000
        leader.imbalance.check.interval.seconds|LONG|300|[1,...]
        metadata.max.idle.interval.ms|INT|500|[0,...]
        replica.fetch.backoff.ms|INT|1000|[0,...]
        replica.fetch.max.bytes|INT|1048576|[0,...]
        replica.fetch.min.bytes|INT|1
        replica.fetch.response.max.bytes|INT|10485760|[0,...]
        replica.fetch.wait.max.ms|INT|500
        replica.socket.receive.buffer.bytes|INT|65536
        replica.socket.timeout.ms|INT|30000
        socket.connection.setup.timeout.max.ms|LONG|30000
        socket.connection.setup.timeout.ms|LONG|10000
        unclean.leader.election.enable|BOOLEAN|false||cluster-wide
        unclean.leader.election.interval.ms|LONG|300000|[1,...]||internal

        [accepted] For authentication, which is not built.
        connection.failed.authentication.delay.ms|INT|100|[0,...]
        delegation.token.expiry.check.interval.ms|LONG|3600000|[1,...]
        delegation.token.expiry.time.ms|LONG|86400000|[1,...]
        delegation.token.max.lifetime.ms|LONG|604800000|[1,...]

        [accepted] Metrics are kept in another way.
        controller.performance.always.log.threshold.ms|LONG|2000|[0,...]||internal
        controller.performance.sample.period.ms|LONG|60000|[100,...]||internal
        kafka.metrics.polling.interval.secs|INT|10|[1,...]
        metrics.num.samples|INT|2|[1,...]
        metrics.recording.level|STRING|INFO
        metrics.sample.window.ms|LONG|30000|[1,...]
        telemetry.max.bytes|INT|1048576|[1,...]

        [accepted] Checkpoints are written each second while something changes, and producers are looked at when they are met.
        log.flush.offset.checkpoint.interval.ms|INT|60000|[0,...]
        log.flush.start.offset.checkpoint.interval.ms|INT|60000|[0,...]
        producer.id.expiration.check.interval.ms|INT|600000|[1,...]||internal
        replica.high.watermark.checkpoint.interval.ms|LONG|5000

        [accepted] Files grow as they are written.
        log.preallocate|BOOLEAN|false||cluster-wide

        [accepted] Without effect here.
        internal.metadata.delete.delay.millis|LONG|60000|||internal
        internal.metadata.log.segment.bytes|INT|null|||internal
        internal.metadata.max.batch.size.in.bytes|INT|8388608|||internal
        log.initial.task.delay.ms|LONG|30000|[0,...]||internal
        server.max.startup.time.ms|LONG|9223372036854775807|[0,...]||internal
        unstable.api.versions.enable|BOOLEAN|false|||internal
        unstable.feature.versions.enable|BOOLEAN|false|||internal

        =group

        [honoured] Goes before the broker's setting of that name with group. in front of it.
        consumer.assignment.interval.ms|INT|1000|[0,...]
        consumer.heartbeat.interval.ms|INT|5000|[1,...]
        consumer.session.timeout.ms|INT|45000|[1,...]

        [accepted] Assignments are computed where they are cheap.
        consumer.assignor.offload.enable|BOOLEAN|true|||internal

        [accepted] For share and streams groups, which are not built.
        errors.deadletterqueue.copy.record.enable|BOOLEAN|false
        errors.deadletterqueue.topic.name|STRING|
        share.assignment.interval.ms|INT|1000|[0,...]
        share.assignor.offload.enable|BOOLEAN|true|||internal
        share.auto.offset.reset|STRING|latest|[latest, earliest, by_duration:PnDTnHnMn.nS]
        share.delivery.count.limit|INT|5|[2,...]
        share.heartbeat.interval.ms|INT|5000|[1,...]
        share.isolation.level|STRING|read_uncommitted|[read_committed, read_uncommitted]
        share.partition.max.record.locks|INT|2000|[100,...]
        share.record.lock.duration.ms|INT|30000|[1000,...]
        share.renew.acknowledge.enable|BOOLEAN|true
        share.session.timeout.ms|INT|45000|[1,...]
        streams.acceptable.recovery.lag|LONG|10000|[0,...]||internal
        streams.assignment.interval.ms|INT|1000|[0,...]
        streams.assignor.name|STRING|null
        streams.assignor.offload.enable|BOOLEAN|true|||internal
        streams.heartbeat.interval.ms|INT|5000|[1,...]
        streams.initial.rebalance.delay.ms|INT|3000|[0,...]
        streams.num.standby.replicas|INT|0|[0,...]
        streams.num.warmup.replicas|INT|2|[0,...]||internal
        streams.rack.aware.assignment.tags|LIST|
        streams.session.timeout.ms|INT|45000|[1,...]
        streams.task.offset.interval.ms|INT|60000|[1,...]||internal

        =client-metrics

        [accepted] For client telemetry, which is not built.
        interval.ms|INT|300000
        match|LIST|
        metrics|LIST|
        """;

    private SettingRows() {}
}
