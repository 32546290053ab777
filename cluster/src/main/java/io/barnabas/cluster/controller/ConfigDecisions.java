package io.barnabas.cluster.controller;

import io.barnabas.cluster.metadata.ClusterImage;
import io.barnabas.cluster.metadata.ConfigResource;
import io.barnabas.cluster.metadata.Records;
import io.barnabas.model.ErrorCode;
import io.barnabas.model.TopicNames;
import io.barnabas.protocol.MetadataRecords.TypedRecord;
import io.barnabas.protocol.message.AlterConfigsRequest;
import io.barnabas.protocol.message.AlterConfigsResponse;
import io.barnabas.protocol.message.IncrementalAlterConfigsRequest;
import io.barnabas.protocol.message.IncrementalAlterConfigsRequest.AlterableConfig;
import io.barnabas.protocol.message.IncrementalAlterConfigsResponse;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Decides on dynamic configs, against one image. Each resource of a request is changed whole or not at all. */
final class ConfigDecisions {
    private static final byte SET = 0;
    private static final byte DELETE = 1;
    private static final byte APPEND = 2;
    private static final byte SUBTRACT = 3;

    private final ClusterImage image;
    private final ConfigValidator validator;

    ConfigDecisions(ClusterImage image, ConfigValidator validator) {
        this.image = image;
        this.validator = validator;
    }

    Decision<IncrementalAlterConfigsResponse> alterIncrementally(IncrementalAlterConfigsRequest request) {
        var response = new IncrementalAlterConfigsResponse();
        var records = new ArrayList<TypedRecord>();
        var seen = new HashSet<ConfigResource>();
        for (var item : request.resources()) {
            var result = new IncrementalAlterConfigsResponse.AlterConfigsResourceResponse().setErrorMessage(null).setResourceType(item.resourceType())
                    .setResourceName(item.resourceName());
            try {
                var resource = checkedResource(item.resourceType(), item.resourceName(), seen);
                var before = image.configs(resource);
                var after = new TreeMap<>(before);
                var touched = new HashSet<String>();
                for (var config : item.configs()) {
                    if (!touched.add(config.name())) {
                        throw new RefusedException(ErrorCode.INVALID_REQUEST, "Error due to duplicate config keys: " + config.name());
                    }
                    apply(resource, config, after);
                }
                addRecords(resource, before, after, touched, records);
            } catch (RefusedException e) {
                result.setErrorCode(e.error().code()).setErrorMessage(e.getMessage());
            }
            response.responses().add(result);
        }
        return new Decision<>(request.validateOnly() ? List.of() : records, response);
    }

    Decision<AlterConfigsResponse> alter(AlterConfigsRequest request) {
        var response = new AlterConfigsResponse();
        var records = new ArrayList<TypedRecord>();
        var seen = new HashSet<ConfigResource>();
        for (var item : request.resources()) {
            var result = new AlterConfigsResponse.AlterConfigsResourceResponse().setErrorMessage(null).setResourceType(item.resourceType())
                    .setResourceName(item.resourceName());
            try {
                var resource = checkedResource(item.resourceType(), item.resourceName(), seen);
                var before = image.configs(resource);
                var after = new TreeMap<String, String>();
                for (var config : item.configs()) {
                    if (config.value() != null) after.put(config.name(), config.value());
                }
                var touched = new HashSet<>(before.keySet());
                touched.addAll(after.keySet());
                addRecords(resource, before, after, touched, records);
            } catch (RefusedException e) {
                result.setErrorCode(e.error().code()).setErrorMessage(e.getMessage());
            }
            response.responses().add(result);
        }
        return new Decision<>(request.validateOnly() ? List.of() : records, response);
    }

    private ConfigResource checkedResource(byte typeCode, String name, HashSet<ConfigResource> seen) {
        var type = ConfigResource.Type.of(typeCode);
        if (type == null || type == ConfigResource.Type.BROKER_LOGGER) {
            throw new RefusedException(ErrorCode.INVALID_REQUEST, "Unexpected resource type: " + (type == null ? typeCode : type));
        }
        var resource = new ConfigResource(type, name);
        if (!seen.add(resource)) {
            throw new RefusedException(ErrorCode.INVALID_REQUEST, "Each resource must appear at most once.");
        }
        switch (type) {
            case TOPIC -> {
                if (name.isEmpty()) throw new RefusedException(ErrorCode.INVALID_REQUEST, "Default topic resources are not allowed.");
                var refusal = TopicNames.refusal(name);
                if (refusal != null) throw new RefusedException(ErrorCode.INVALID_TOPIC_EXCEPTION, refusal);
                if (image.topic(name) == null) {
                    throw new RefusedException(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "The topic '" + name + "' does not exist.");
                }
            }
            case BROKER, BROKER_LOGGER -> checkBroker(name);
            case GROUP -> {
                if (name.isEmpty()) throw new RefusedException(ErrorCode.INVALID_REQUEST, "Default group resources are not allowed.");
            }
            case CLIENT_METRICS -> {
                if (name.isEmpty()) throw new RefusedException(ErrorCode.INVALID_REQUEST, "Subscription name can't be empty");
            }
        }
        return resource;
    }

    private void checkBroker(String name) {
        if (name.isEmpty()) return;
        int id;
        try {
            id = Integer.parseInt(name);
        } catch (NumberFormatException e) {
            throw new RefusedException(ErrorCode.INVALID_REQUEST, "Node id must be an integer, but it is: " + name);
        }
        if (image.broker(id) == null && image.controller(id) == null) {
            throw new RefusedException(ErrorCode.BROKER_ID_NOT_REGISTERED, "No node with id " + id + " found.");
        }
    }

    private void apply(ConfigResource resource, AlterableConfig change, TreeMap<String, String> configs) {
        var name = change.name();
        switch (change.configOperation()) {
            case SET -> configs.put(name, valueOf(change));
            case DELETE -> configs.remove(name);
            case APPEND -> configs.put(name, joined(append(listOf(resource, change, configs, "APPEND"), valueOf(change))));
            case SUBTRACT -> {
                var list = listOf(resource, change, configs, "SUBTRACT");
                for (var value : valueOf(change).split(",")) list.remove(value.strip());
                configs.put(name, joined(list));
            }
            default -> throw new RefusedException(ErrorCode.INVALID_REQUEST, "Unknown config operation type id: " + change.configOperation());
        }
    }

    private static String valueOf(AlterableConfig change) {
        if (change.value() == null) throw new RefusedException(ErrorCode.INVALID_REQUEST, "Null value not supported for : " + change.name());
        return change.value();
    }

    private List<String> listOf(ConfigResource resource, AlterableConfig change, Map<String, String> configs, String operation) {
        if (!validator.isList(resource.type(), change.name())) {
            throw new RefusedException(ErrorCode.INVALID_CONFIG, "Can't " + operation + " to key " + change.name() + " because its type is not LIST.");
        }
        var value = configs.get(change.name());
        if (value == null) value = validator.defaultValue(resource.type(), change.name());
        return append(new ArrayList<>(), value == null ? "" : value);
    }

    private static List<String> append(List<String> list, String values) {
        for (var value : values.split(",")) {
            var stripped = value.strip();
            if (!stripped.isEmpty() && !list.contains(stripped)) list.add(stripped);
        }
        return list;
    }

    private static String joined(List<String> list) {
        return String.join(",", list);
    }

    private void addRecords(ConfigResource resource, Map<String, String> before, Map<String, String> after, HashSet<String> touched,
            List<TypedRecord> records) {
        var refusal = validator.refusal(resource, before, after);
        if (refusal != null) throw new RefusedException(ErrorCode.INVALID_CONFIG, refusal);
        for (var name : touched.stream().sorted().toList()) {
            var value = after.get(name);
            // A broker reads files named in its configs again when a config is set to what it was.
            boolean isReload = resource.type() == ConfigResource.Type.BROKER && value != null;
            if (isReload || !java.util.Objects.equals(before.get(name), value)) records.add(Records.config(resource, name, value));
        }
    }
}
