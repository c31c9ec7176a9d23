"""Oracle's services and regions: the FOCUS category of each service, and the names of regions.

Owns the tables; a service that is not in them has the category Other. The choice of category is ours. Services are
known by the code in the report, whatever its case.

Source: FOCUS 1.4, ServiceCategory and ServiceSubcategory; Oracle Cloud Infrastructure Documentation, "Regions and
Availability Domains".
"""

from __future__ import annotations

_SERVICES: dict[str, tuple[str, ...]] = {
    "Compute/Virtual Machines": ("COMPUTE", "OCVP", "COMPUTE_CLOUD_AT_CUSTOMER"),
    "Compute/Containers": ("CONTAINER_ENGINE_FOR_KUBERNETES", "OKE", "CONTAINER_INSTANCES", "OCIR"),
    "Compute/Serverless Compute": ("FUNCTIONS",),
    "Storage/Block Storage": ("BLOCK_STORAGE",),
    "Storage/Object Storage": ("OBJECTSTORE", "OBJECT_STORAGE"),
    "Storage/File Storage": ("FILE_STORAGE", "LUSTRE_FILE_STORAGE"),
    "Storage/Backup Storage": ("RECOVERY_SERVICE", "DATABASE_BACKUP"),
    "Databases/Relational Databases": ("DATABASE", "MYSQL", "POSTGRESQL", "EXADATA", "EXACC"),
    "Databases/NoSQL Databases": ("NOSQL",),
    "Databases/Caching": ("REDIS", "OCI_CACHE"),
    "Networking/Network Infrastructure": ("NETWORK", "VIRTUAL_CLOUD_NETWORK"),
    "Networking/Application Networking": ("LOAD_BALANCER", "LBAAS", "NETWORK_LOAD_BALANCER"),
    "Networking/Network Connectivity": ("FASTCONNECT", "FAST_CONNECT"),
    "Networking/Network Routing": ("DNS", "PUBLIC_DNS"),
    "Networking/Network Security": ("WAF", "NETWORK_FIREWALL", "WEB_APPLICATION_FIREWALL"),
    "Management and Governance/Observability": ("TELEMETRY", "LOGGING", "LOGANALYTICS", "LOG_ANALYTICS", "APM", "OPSI"),
    "Management and Governance/Disaster Recovery": ("FULL_STACK_DISASTER_RECOVERY",),
    "Management and Governance/Data Governance": ("DATA_CATALOG", "DATA_SAFE"),
    "Integration/Messaging": ("ORACLE_STREAMING_SERVICE", "NOTIFICATIONS", "QUEUE", "ORACLE_NOTIFICATION_SERVICE"),
    "Integration/API Management": ("API_GATEWAY",),
    "Integration/Workflow Orchestration": ("INTEGRATION", "INTEGRATION_CLOUD"),
    "Analytics/Data Processing": ("DATA_FLOW", "DATAFLOW", "BIG_DATA", "DATA_INTEGRATION", "GOLDENGATE"),
    "Analytics/Business Intelligence": ("ANALYTICS", "ANALYTICS_CLOUD"),
    "Analytics/Search": ("OPENSEARCH", "SEARCH"),
    "AI and Machine Learning/Generative AI": ("GENERATIVE_AI", "GENERATIVE_AI_AGENT"),
    "AI and Machine Learning/Machine Learning": (
        "DATA_SCIENCE",
        "VISION",
        "DOCUMENT_UNDERSTANDING",
        "ANOMALY_DETECTION",
    ),
    "AI and Machine Learning/Natural Language Processing": ("AI_LANGUAGE", "SPEECH"),
    "AI and Machine Learning/Bots": ("DIGITAL_ASSISTANT",),
    "Security/Secret Management": ("KMS", "KEY_MANAGEMENT", "VAULT"),
    "Security/Threat Detection and Response": ("CLOUD_GUARD", "THREAT_INTELLIGENCE"),
    "Identity/Identity and Access Management": ("IDENTITY", "IDCS", "IDENTITY_CLOUD"),
    "Developer Tools/Continuous Integration and Deployment": ("DEVOPS",),
    "Developer Tools/Developer Platforms": ("VISUAL_BUILDER", "BLOCKCHAIN"),
    "Media/Media Streaming": ("MEDIA_SERVICES", "MEDIA_STREAMS"),
    "Business Applications/Productivity and Collaboration": ("EMAIL_DELIVERY", "CONTENT_MANAGEMENT"),
}

SUBCATEGORIES = {code: place.partition("/")[2] for place, codes in _SERVICES.items() for code in codes}
"""Service code -> FOCUS ServiceSubcategory."""

CATEGORIES = {code: place.partition("/")[0] for place, codes in _SERVICES.items() for code in codes}
"""Service code -> FOCUS ServiceCategory."""

REGIONS = {
    "af-johannesburg-1": "South Africa Central (Johannesburg)",
    "ap-batam-1": "Indonesia North (Batam)",
    "ap-chuncheon-1": "South Korea North (Chuncheon)",
    "ap-hyderabad-1": "India South (Hyderabad)",
    "ap-melbourne-1": "Australia Southeast (Melbourne)",
    "ap-mumbai-1": "India West (Mumbai)",
    "ap-osaka-1": "Japan Central (Osaka)",
    "ap-seoul-1": "South Korea Central (Seoul)",
    "ap-singapore-1": "Singapore (Singapore)",
    "ap-singapore-2": "Singapore West (Singapore)",
    "ap-sydney-1": "Australia East (Sydney)",
    "ap-tokyo-1": "Japan East (Tokyo)",
    "ca-montreal-1": "Canada Southeast (Montreal)",
    "ca-toronto-1": "Canada Southeast (Toronto)",
    "eu-amsterdam-1": "Netherlands Northwest (Amsterdam)",
    "eu-frankfurt-1": "Germany Central (Frankfurt)",
    "eu-madrid-1": "Spain Central (Madrid)",
    "eu-marseille-1": "France South (Marseille)",
    "eu-milan-1": "Italy Northwest (Milan)",
    "eu-paris-1": "France Central (Paris)",
    "eu-stockholm-1": "Sweden Central (Stockholm)",
    "eu-zurich-1": "Switzerland North (Zurich)",
    "il-jerusalem-1": "Israel Central (Jerusalem)",
    "me-abudhabi-1": "UAE Central (Abu Dhabi)",
    "me-dubai-1": "UAE East (Dubai)",
    "me-jeddah-1": "Saudi Arabia West (Jeddah)",
    "me-riyadh-1": "Saudi Arabia Central (Riyadh)",
    "mx-monterrey-1": "Mexico Northeast (Monterrey)",
    "mx-queretaro-1": "Mexico Central (Queretaro)",
    "sa-bogota-1": "Colombia Central (Bogota)",
    "sa-santiago-1": "Chile Central (Santiago)",
    "sa-saopaulo-1": "Brazil East (Sao Paulo)",
    "sa-valparaiso-1": "Chile West (Valparaiso)",
    "sa-vinhedo-1": "Brazil Southeast (Vinhedo)",
    "uk-cardiff-1": "UK West (Newport)",
    "uk-london-1": "UK South (London)",
    "us-ashburn-1": "US East (Ashburn)",
    "us-chicago-1": "US Midwest (Chicago)",
    "us-phoenix-1": "US West (Phoenix)",
    "us-sanjose-1": "US West (San Jose)",
}
"""Region identifier -> name as Oracle writes it."""
