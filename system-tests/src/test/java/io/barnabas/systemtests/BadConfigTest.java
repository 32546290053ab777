package io.barnabas.systemtests;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.barnabas.model.ErrorCode;
import io.barnabas.protocol.message.AlterConfigsRequest;
import io.barnabas.protocol.message.AlterConfigsResponse;
import io.barnabas.protocol.message.CreateTopicsRequest;
import io.barnabas.protocol.message.CreateTopicsResponse;
import io.barnabas.protocol.message.IncrementalAlterConfigsRequest;
import io.barnabas.protocol.message.IncrementalAlterConfigsResponse;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Settings over the wire that name classes, login modules or files (CVE-2023-25194, CVE-2025-27818, CVE-2025-27819): refused. */
class BadConfigTest extends BadInput {
    private static final byte TOPIC = 2;
    private static final byte BROKER = 4;

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "sasl.jaas.config | com.sun.security.auth.module.JndiLoginModule required user.provider.url=ldap://localhost/a;",
        "listener.name.plaintext.plain.sasl.jaas.config | com.sun.security.auth.module.LdapLoginModule required;",
        "listener.name.controller.scram-sha-256.sasl.jaas.config | org.example.Module required;",
        "metric.reporters | org.example.Reporter",
        "ssl.keystore.location | /etc/hostname",
        "ssl.truststore.location | /etc/passwd",
        "listener.name.plaintext.ssl.keystore.location | /etc/passwd",
        "listener.name.internal.ssl.engine.factory.class | org.example.Factory",
        "principal.builder.class | org.example.Builder",
        "authorizer.class.name | org.example.Authorizer",
        "sasl.login.callback.handler.class | org.example.Handler",
        "sasl.oauthbearer.token.endpoint.url | file:///etc/passwd",
        "sasl.oauthbearer.jwks.endpoint.url | http://localhost/secret-token",
        "create.topic.policy.class.name | org.example.Policy",
        "config.providers | file",
        "remote.log.storage.manager.class.name | org.example.Storage",
        "remote.log.storage.manager.class.path | /tmp",
        "log.dirs | /tmp/escaped",
        "log.dir | /tmp/escaped",
        "metadata.log.dir | /tmp/escaped"})
    void areRefusedForBrokers(String name, String value) {
        for (String node : new String[] {"", "1"}) {
            assertNotEquals(ErrorCode.NONE.code(), alterIncrementally(BROKER, node, name, value), "one broker or all: <" + node + ">");
            assertNotEquals(ErrorCode.NONE.code(), alter(BROKER, node, name, value));
        }
        assertFalse(broker().process().output().contains("secret-token"), "a value in the log");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "sasl.jaas.config | com.sun.security.auth.module.JndiLoginModule required;",
        "interceptor.classes | org.example.Interceptor",
        "no.such.setting | 1",
        "compression.type | org.example.Codec",
        "cleanup.policy | ../../etc",
        "retention.ms | ${file:/etc/passwd:root}",
        "segment.bytes | -1",
        "max.message.bytes | 99999999999999999999"})
    void areRefusedForTopics(String name, String value) throws Exception {
        createTopic();
        assertNotEquals(ErrorCode.NONE.code(), alterIncrementally(TOPIC, topic, name, value));
        assertNotEquals(ErrorCode.NONE.code(), alter(TOPIC, topic, name, value));
        var request = new CreateTopicsRequest().setTimeoutMs(30_000);
        var created = new CreateTopicsRequest.CreatableTopic().setName(topic + "-other").setNumPartitions(1).setReplicationFactor((short) 1);
        created.configs().add(new CreateTopicsRequest.CreatableTopicConfig().setName(name).setValue(value));
        request.topics().add(created);
        assertNotEquals(ErrorCode.NONE.code(), client().ask(request, 7, CreateTopicsResponse.class).topics().get(0).errorCode());
    }

    private short alterIncrementally(byte type, String resource, String name, String value) {
        var request = new IncrementalAlterConfigsRequest();
        var changed = new IncrementalAlterConfigsRequest.AlterConfigsResource().setResourceType(type).setResourceName(resource);
        changed.configs().add(new IncrementalAlterConfigsRequest.AlterableConfig().setName(name).setValue(value));
        request.resources().add(changed);
        return client().ask(request, 1, IncrementalAlterConfigsResponse.class).responses().get(0).errorCode();
    }

    private short alter(byte type, String resource, String name, String value) {
        var request = new AlterConfigsRequest();
        var changed = new AlterConfigsRequest.AlterConfigsResource().setResourceType(type).setResourceName(resource);
        changed.configs().add(new AlterConfigsRequest.AlterableConfig().setName(name).setValue(value));
        request.resources().add(changed);
        return client().ask(request, 2, AlterConfigsResponse.class).responses().get(0).errorCode();
    }
}
