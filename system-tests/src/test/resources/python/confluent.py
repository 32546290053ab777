"""Scenes of confluent-kafka, the client on librdkafka."""
from confluent_kafka import OFFSET_END, OFFSET_INVALID, Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource, NewPartitions, NewTopic

from scenes import SECONDS_MAX, Member, play, until

START_MS = 1_700_000_000_000


def told(attempt):
    """What it comes to: its value, or the name of the error."""
    try:
        return attempt()
    except KafkaException as error:
        return error.args[0].name()


def create(bootstrap, topic, partitions):
    admin = AdminClient({'bootstrap.servers': bootstrap})
    for future in admin.create_topics([NewTopic(topic, partitions, 1)]).values():
        future.result()


def write(bootstrap, topic, count, partition=0):
    producer = Producer({'bootstrap.servers': bootstrap})
    for i in range(count):
        producer.produce(topic, b'value %d' % i, partition=partition, timestamp=START_MS + i)
    producer.flush()


def consumer_of(bootstrap, group, **settings):
    options = {'bootstrap.servers': bootstrap, 'group.id': group, 'auto.offset.reset': 'earliest', 'heartbeat.interval.ms': 200}
    options.update({name.replace('_', '.'): value for name, value in settings.items()})
    return Consumer(options)


def member_of(bootstrap, group, topic, **settings):
    consumer = consumer_of(bootstrap, group, **settings)
    consumer.subscribe([topic])
    return consumer


def read(consumer, count):
    records = []

    def enough():
        record = consumer.poll(0.1)
        if record is not None:
            if record.error():
                raise KafkaException(record.error())
            records.append(record)
        return len(records) >= count

    until(enough, '%d records' % count)
    return records


def offsets(records):
    return [record.offset() for record in records]


def values(records):
    return [record.value().decode() for record in records]


def committed(consumer, topic, partition=0):
    found = consumer.committed([TopicPartition(topic, partition)], timeout=SECONDS_MAX)[0]
    return 'none' if found.offset == OFFSET_INVALID else found.offset


def writes_and_reads(bootstrap, topic):
    create(bootstrap, topic, 2)
    for codec in ('none', 'gzip', 'snappy', 'lz4', 'zstd'):
        reports = []
        producer = Producer({'bootstrap.servers': bootstrap, 'compression.type': codec, 'linger.ms': 10, 'enable.idempotence': True})
        for i in range(10):
            producer.produce(topic, b'value %d' % i, b'key', i % 2, timestamp=START_MS + i, headers=[('h', b'%d' % i)],
                             on_delivery=lambda error, record: reports.append((error, record.partition(), record.offset())))
        producer.flush()
        print(codec, sorted(reports, key=lambda report: report[1:]))
    consumer = consumer_of(bootstrap, topic)
    consumer.assign([TopicPartition(topic, partition, 0) for partition in range(2)])
    for record in sorted(read(consumer, 50), key=lambda each: (each.partition(), each.offset())):
        print(record.partition(), record.offset(), record.timestamp(), record.key(), record.value(), record.headers())
    consumer.close()


def commits_by_hand(bootstrap, topic):
    create(bootstrap, topic, 1)
    write(bootstrap, topic, 50)
    first = member_of(bootstrap, topic, topic, enable_auto_commit=False)
    last = read(first, 20)[-1]
    print('committed', committed(first, topic))
    print('told', [(each.offset, each.error) for each in first.commit(message=last, asynchronous=False)], committed(first, topic))
    read(first, 10)
    first.commit(asynchronous=True)
    until(lambda: committed(first, topic) == 30, 'a commit in the background')
    first.close()
    second = member_of(bootstrap, topic, topic, enable_auto_commit=False)
    print('read again', offsets(read(second, 20)))
    second.commit(offsets=[TopicPartition(topic, 0, 45)], asynchronous=False)
    print('committed', committed(second, topic))
    second.close()
    stranger = consumer_of(bootstrap, topic, enable_auto_commit=False)
    stranger.commit(offsets=[TopicPartition(topic, 0, 46)], asynchronous=False)
    print('committed without a member', committed(stranger, topic))
    stranger.close()


def commits_by_itself(bootstrap, topic):
    create(bootstrap, topic, 1)
    write(bootstrap, topic, 30)
    first = member_of(bootstrap, topic, topic, auto_commit_interval_ms=50, enable_auto_offset_store=False)
    for record in read(first, 10):
        first.store_offsets(message=record)
    until(lambda: committed(first, topic) == 10, 'a commit in the background')
    read(first, 10)
    first.close()
    second = member_of(bootstrap, topic, topic)
    print('read', offsets(read(second, 20)))
    second.close()
    third = consumer_of(bootstrap, topic)
    print('committed', committed(third, topic))
    third.close()


def two_members_share(bootstrap, topic):
    share(bootstrap, topic, 'range')


def two_members_share_by_cooperation(bootstrap, topic):
    share(bootstrap, topic, 'cooperative-sticky')


def share(bootstrap, topic, strategy):
    create(bootstrap, topic, 4)

    def turn(member):
        record = member.consumer.poll(0.05)
        if record is not None:
            if record.error():
                raise KafkaException(record.error())
            member.seen.append((record.partition(), record.offset()))
        member.assigned = sorted(each.partition for each in member.consumer.assignment())

    def start():
        consumer = member_of(bootstrap, topic, topic, partition_assignment_strategy=strategy, auto_commit_interval_ms=100)
        return Member(consumer, turn, lambda member: member.consumer.close())

    first = start()
    until(lambda: len(first.assigned) == 4, 'one member with all')
    write_all(bootstrap, topic)
    until(lambda: len(first.seen) == 100, 'all read by one')
    second = start()
    until(lambda: len(first.assigned) == 2 and len(second.assigned) == 2, 'two members with two each')
    print('disjoint', sorted(first.assigned + second.assigned))
    write_all(bootstrap, topic)
    until(lambda: len(first.seen) + len(second.seen) == 200, 'all read by two')
    first.leave()
    until(lambda: len(second.assigned) == 4, 'all moved to the one that stays')
    write_all(bootstrap, topic)
    until(lambda: len(first.seen) + len(second.seen) == 300, 'all read by the one that stays')
    second.leave()
    print('once each', len(set(first.seen + second.seen)))


def write_all(bootstrap, topic):
    for partition in range(4):
        write(bootstrap, topic, 25, partition)


def static_member_returns(bootstrap, topic):
    """A static member comes back within its session and has its partitions again; its double fences the first."""
    create(bootstrap, topic, 1)
    write(bootstrap, topic, 30)
    first = member_of(bootstrap, topic, topic, group_instance_id='one', enable_auto_commit=False)
    read(first, 10)
    first.commit(asynchronous=False)
    second = member_of(bootstrap, topic, topic, group_instance_id='one', enable_auto_commit=False)
    print('read', offsets(read(second, 10)))
    # Which of the two it is depends on whether the heartbeat or the commit is answered first.
    print('first is fenced', told(lambda: first.commit(offsets=[TopicPartition(topic, 0, 1)], asynchronous=False)) in ('FENCED_INSTANCE_ID', '_FATAL'))
    print('committed', committed(second, topic))
    second.close()


def seeks(bootstrap, topic):
    create(bootstrap, topic, 1)
    write(bootstrap, topic, 50)
    partition = TopicPartition(topic, 0)
    consumer = consumer_of(bootstrap, topic, enable_auto_commit=False)
    consumer.assign([TopicPartition(topic, 0, 0)])
    read(consumer, 1)
    consumer.seek(TopicPartition(topic, 0, 30))
    print(offsets(read(consumer, 5)), [each.offset for each in consumer.position([partition])])
    consumer.pause([partition])
    print(consumer.poll(0.2))
    consumer.resume([partition])
    print(offsets(read(consumer, 5)))
    print(consumer.get_watermark_offsets(partition), consumer.get_watermark_offsets(partition, cached=True)[1])
    for time_ms in (0, START_MS, START_MS + 20, START_MS + 49, START_MS + 50):
        found = consumer.offsets_for_times([TopicPartition(topic, 0, time_ms)])[0].offset
        print(time_ms - START_MS, 'end' if found == OFFSET_END else found)
    consumer.close()


def administers(bootstrap, topic):
    admin = AdminClient({'bootstrap.servers': bootstrap})
    print([future.result() for future in admin.create_topics([NewTopic(topic, 1, 1, config={'retention.ms': '60000'})]).values()])
    print([told(future.result) for future in admin.create_topics([NewTopic(topic, 1, 1)]).values()])
    print([future.result() for future in admin.create_partitions([NewPartitions(topic, 3)]).values()])
    resource = ConfigResource('topic', topic, set_config={'retention.ms': '70000'})
    print([future.result() for future in admin.alter_configs([resource]).values()])
    print([future.result()['retention.ms'].value for future in admin.describe_configs([ConfigResource('topic', topic)]).values()])
    write(bootstrap, topic, 10)
    member = member_of(bootstrap, topic, topic, client_id='watched')
    read(member, 10)
    group = admin.list_groups(topic, SECONDS_MAX)[0]
    print(group.id, group.error, group.state, group.protocol_type, group.protocol, [(each.client_id, each.client_host) for each in group.members])
    member.close()
    print([(group.id, group.state, len(group.members)) for group in admin.list_groups(topic, SECONDS_MAX)])
    print(topic in [group.id for group in admin.list_groups(timeout=SECONDS_MAX)])
    print([future.result() for future in admin.delete_topics([topic]).values()])


def transactional(bootstrap, name):
    producer = Producer({'bootstrap.servers': bootstrap, 'transactional.id': name})
    producer.init_transactions(SECONDS_MAX)
    return producer


def reads_processes_and_writes(bootstrap, topic):
    """What was read and what was made of it go together, or not at all."""
    source, result = topic + '-source', topic + '-result'
    create(bootstrap, source, 1)
    create(bootstrap, result, 2)
    write(bootstrap, source, 30)
    producer = transactional(bootstrap, topic)
    for attempt in ('aborted', 'committed', 'committed too'):
        consumer = member_of(bootstrap, topic, source, enable_auto_commit=False)
        producer.begin_transaction()
        records = read(consumer, 10)
        for record in records:
            producer.produce(result, b'%s of %s' % (attempt.encode(), record.value()), partition=record.offset() % 2)
        producer.send_offsets_to_transaction(consumer.position(consumer.assignment()), consumer.consumer_group_metadata())
        if attempt == 'aborted':
            producer.flush()
            producer.abort_transaction()
        else:
            producer.commit_transaction()
        print(attempt, offsets(records), committed(consumer, source))
        consumer.close()
    for level, count in (('read_committed', 20), ('read_uncommitted', 30)):
        consumer = consumer_of(bootstrap, topic + level, isolation_level=level)
        consumer.assign([TopicPartition(result, partition, 0) for partition in range(2)])
        print(level, sorted(values(read(consumer, count))))
        consumer.close()


def an_open_transaction_is_not_seen(bootstrap, topic):
    create(bootstrap, topic, 1)
    producer = transactional(bootstrap, topic)
    producer.begin_transaction()
    producer.produce(topic, b'of a transaction')
    producer.flush()
    write(bootstrap, topic, 1)
    unsteady = consumer_of(bootstrap, topic + 'unsteady', isolation_level='read_uncommitted')
    unsteady.assign([TopicPartition(topic, 0, 0)])
    print('uncommitted', values(read(unsteady, 2)))
    steady = consumer_of(bootstrap, topic + 'steady', isolation_level='read_committed')
    steady.assign([TopicPartition(topic, 0, 0)])
    print('meanwhile', steady.poll(0.5))
    producer.commit_transaction()
    print('afterwards', [(record.offset(), record.value()) for record in read(steady, 2)])
    steady.close()
    unsteady.close()


def the_older_producer_is_fenced(bootstrap, topic):
    create(bootstrap, topic, 1)
    older = transactional(bootstrap, topic)
    older.begin_transaction()
    older.produce(topic, b'of the older')
    older.flush()
    newer = transactional(bootstrap, topic)
    print('older', fate(older.commit_transaction))
    newer.begin_transaction()
    newer.produce(topic, b'of the newer')
    newer.commit_transaction()
    consumer = consumer_of(bootstrap, topic, isolation_level='read_committed')
    consumer.assign([TopicPartition(topic, 0, 0)])
    print(values(read(consumer, 1)))
    consumer.close()


def fate(attempt):
    try:
        return attempt()
    except KafkaException as failure:
        error = failure.args[0]
        return error.name(), 'fatal' if error.fatal() else 'abortable' if error.txn_requires_abort() else 'other'


play({scene.__name__: scene for scene in (
    writes_and_reads, commits_by_hand, commits_by_itself, two_members_share, two_members_share_by_cooperation, static_member_returns,
    seeks, administers, reads_processes_and_writes, an_open_transaction_is_not_seen, the_older_producer_is_fenced)})
