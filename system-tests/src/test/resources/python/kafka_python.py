"""Scenes of kafka-python, the client written in Python alone."""
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, NewPartitions, NewTopic
from kafka.errors import KafkaError
from kafka.structs import OffsetAndMetadata

from scenes import Member, play, until

START_MS = 1_700_000_000_000


def create(bootstrap, topic, partitions):
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    admin.create_topics([NewTopic(topic, partitions, 1)])
    admin.close()


def write(bootstrap, topic, count, partition=0):
    producer = KafkaProducer(bootstrap_servers=bootstrap, acks='all')
    for i in range(count):
        producer.send(topic, b'value %d' % i, partition=partition, timestamp_ms=START_MS + i)
    producer.close()


def member_of(bootstrap, group, topic, **settings):
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, group_id=group, auto_offset_reset='earliest', **settings)
    consumer.subscribe([topic])
    return consumer


def read(consumer, count):
    """The next records, at most so many."""
    records = []

    def enough():
        for part in consumer.poll(timeout_ms=100, max_records=count - len(records)).values():
            records.extend(part)
        return len(records) >= count

    until(enough, '%d records' % count)
    return records


def offsets(records):
    return [record.offset for record in records]


def writes_and_reads(bootstrap, topic):
    create(bootstrap, topic, 2)
    for codec in (None, 'gzip'):
        producer = KafkaProducer(bootstrap_servers=bootstrap, compression_type=codec, linger_ms=10)
        told = [producer.send(topic, b'value %d' % i, key=b'key', partition=i % 2, timestamp_ms=START_MS + i, headers=[('h', b'%d' % i)])
                for i in range(10)]
        producer.flush()
        print(codec, [(each.get().partition, each.get().offset) for each in told])
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset='earliest')
    consumer.assign([TopicPartition(topic, partition) for partition in range(2)])
    for record in sorted(read(consumer, 20), key=lambda each: (each.partition, each.offset)):
        print(record.partition, record.offset, record.timestamp, record.timestamp_type, record.key, record.value, record.headers)


def commits_by_hand(bootstrap, topic):
    create(bootstrap, topic, 1)
    write(bootstrap, topic, 50)
    partition = TopicPartition(topic, 0)
    first = member_of(bootstrap, topic, topic, enable_auto_commit=False)
    print('read', offsets(read(first, 20)))
    print('committed', first.committed(partition))
    first.commit({partition: OffsetAndMetadata(20, 'by hand')})
    print('committed', first.committed(partition), first.committed(partition, metadata=True))
    read(first, 10)
    first.close(autocommit=False)
    second = member_of(bootstrap, topic, topic, enable_auto_commit=False)
    print('read again', offsets(read(second, 30)))
    second.commit()
    print('committed', second.committed(partition))
    second.close()


def commits_by_itself(bootstrap, topic):
    create(bootstrap, topic, 1)
    write(bootstrap, topic, 10)
    partition = TopicPartition(topic, 0)
    first = member_of(bootstrap, topic, topic, auto_commit_interval_ms=50)
    print('read', offsets(read(first, 10)))

    def committed():
        first.poll(timeout_ms=20)
        return first.committed(partition) == 10

    until(committed, 'a commit in the background')
    write(bootstrap, topic, 20)
    print('read', offsets(read(first, 10)))
    first.close()
    second = member_of(bootstrap, topic, topic)
    print('read', offsets(read(second, 10)))
    second.close()


def two_members_share(bootstrap, topic):
    create(bootstrap, topic, 4)

    def turn(member):
        for part in member.consumer.poll(timeout_ms=50).values():
            member.seen.extend((record.partition, record.offset) for record in part)
        member.assigned = sorted(part.partition for part in member.consumer.assignment())

    def start():
        consumer = member_of(bootstrap, topic, topic, auto_commit_interval_ms=100, heartbeat_interval_ms=200, metadata_max_age_ms=1000)
        return Member(consumer, turn, lambda member: member.consumer.close())

    first = start()
    until(lambda: len(first.assigned) == 4, 'one member with all')
    for partition in range(4):
        write(bootstrap, topic, 25, partition)
    until(lambda: len(first.seen) == 100, 'all read by one')
    second = start()
    until(lambda: len(first.assigned) == 2 and len(second.assigned) == 2, 'two members with two each')
    print('disjoint', sorted(first.assigned + second.assigned))
    for partition in range(4):
        write(bootstrap, topic, 25, partition)
    until(lambda: len(first.seen) + len(second.seen) == 200, 'all read by two')
    first.leave()
    until(lambda: len(second.assigned) == 4, 'all moved to the one that stays')
    for partition in range(4):
        write(bootstrap, topic, 25, partition)
    until(lambda: len(first.seen) + len(second.seen) == 300, 'all read by the one that stays')
    second.leave()
    print('once each', len(set(first.seen + second.seen)))


def seeks(bootstrap, topic):
    create(bootstrap, topic, 1)
    write(bootstrap, topic, 50)
    partition = TopicPartition(topic, 0)
    consumer = KafkaConsumer(bootstrap_servers=bootstrap)
    consumer.assign([partition])
    consumer.seek(partition, 30)
    print(offsets(read(consumer, 5)), consumer.position(partition))
    consumer.seek_to_beginning(partition)
    print(offsets(read(consumer, 5)))
    consumer.seek_to_end(partition)
    print(consumer.position(partition), consumer.highwater(partition))
    print(consumer.beginning_offsets([partition]), consumer.end_offsets([partition]))
    for time_ms in (0, START_MS, START_MS + 20, START_MS + 49, START_MS + 50):
        found = consumer.offsets_for_times({partition: time_ms})[partition]
        print(time_ms - START_MS, found and (found.offset, found.timestamp - START_MS))
    print(sorted(consumer.partitions_for_topic(topic)))


def administers(bootstrap, topic):
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    print([error[:2] for error in admin.create_topics([NewTopic(topic, 1, 1, topic_configs={'retention.ms': '60000'})]).topic_errors])
    admin.create_partitions({topic: NewPartitions(3)})
    write(bootstrap, topic, 10)
    resource = ConfigResource(ConfigResourceType.TOPIC, topic, {'retention.ms': '70000'})
    admin.alter_configs([resource])
    told = admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])[0].resources[0][4]
    print([entry[1] for entry in told if entry[0] == 'retention.ms'], len(admin.describe_topics([topic])[0]['partitions']))

    member = member_of(bootstrap, topic, topic, client_id='watched')
    read(member, 10)
    member.commit()
    print([group for group in admin.list_consumer_groups() if group[0] == topic])
    group = admin.describe_consumer_groups([topic])[0]
    print(group.error_code, group.state, group.protocol_type, group.protocol)
    for each in group.members:
        print(each.client_id, each.client_host, each.member_metadata.subscription, each.member_assignment.assignment)
    print(sorted(admin.list_consumer_group_offsets(topic).items()))
    print(admin.delete_consumer_groups([topic]))
    member.close()
    print(admin.describe_consumer_groups([topic])[0].state, admin.delete_consumer_groups([topic]))
    print(admin.delete_consumer_groups([topic]), admin.list_consumer_group_offsets(topic))
    print(admin.describe_consumer_groups([topic])[0].state)
    print([error[1] for error in admin.delete_topics([topic]).topic_error_codes])
    try:
        admin.create_topics([NewTopic('not/allowed', 1, 1)])
    except KafkaError as error:
        print(type(error).__name__)


play({scene.__name__: scene for scene in (
    writes_and_reads, commits_by_hand, commits_by_itself, two_members_share, seeks, administers)})
