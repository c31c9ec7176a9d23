"""Google Cloud services and regions: the FOCUS category that each service belongs to, and the places of regions.

Owns the tables; a service that is not in them has the category Other. The choice of category is ours: the export has
none. Services are known by the name that Google prints, whatever its case.

Source: FOCUS 1.4, ServiceCategory and ServiceSubcategory; Google Cloud, "Regions and zones", "Global locations".
"""

from __future__ import annotations

_SERVICES: dict[str, tuple[str, ...]] = {
    "Compute/Virtual Machines": ("Compute Engine", "VMware Engine", "Bare Metal Solution", "Batch"),
    "Compute/Serverless Compute": ("Cloud Functions", "Cloud Run Functions", "Cloud Run"),
    "Compute/Containers": (
        "Kubernetes Engine", "Google Kubernetes Engine", "Artifact Registry", "Container Registry",
        "Google Distributed Cloud", "GKE Enterprise", "Anthos", "Red Hat® OpenShift® Container Platform",
    ),
    "Compute/End User Computing": ("Cloud Workstations",),
    "Web/Application Platforms": ("App Engine", "Firebase Hosting", "Firebase"),
    "Storage/Object Storage": ("Cloud Storage", "Cloud Storage for Firebase"),
    "Storage/File Storage": ("Cloud Filestore", "Filestore", "NetApp Volumes", "Google Cloud NetApp Volumes"),
    "Storage/Backup Storage": ("Backup and DR Service", "Backup for GKE", "Cloud Backup and DR"),
    "Databases/Relational Databases": ("Cloud SQL", "AlloyDB", "Cloud AlloyDB", "Cloud Spanner", "Spanner"),
    "Databases/NoSQL Databases": ("Cloud Bigtable", "Bigtable", "Cloud Firestore", "Firestore", "Cloud Datastore"),
    "Databases/Caching": (
        "Cloud Memorystore for Redis", "Cloud Memorystore for Memcached", "Memorystore", "Cloud Memorystore",
    ),
    "Databases/Data Warehouses": ("BigQuery", "BigQuery Reservation API", "BigQuery Storage API", "BigQuery BI Engine"),
    "Analytics/Data Processing": (
        "Cloud Dataflow", "Dataflow", "Cloud Dataproc", "Dataproc", "Managed Service for Apache Spark",
        "BigQuery Data Transfer Service", "Cloud Data Fusion", "Dataform", "Dataplex",
    ),
    "Analytics/Streaming Analytics": ("Managed Service for Apache Kafka", "Datastream"),
    "Analytics/Business Intelligence": ("Looker", "Looker Studio"),
    "Integration/Messaging": ("Cloud Pub/Sub", "Pub/Sub", "Cloud Tasks", "Eventarc"),
    "Integration/Workflow Orchestration": ("Cloud Composer", "Workflows", "Cloud Scheduler"),
    "Integration/API Management": ("Apigee", "API Gateway", "Cloud Endpoints", "Service Control"),
    "AI and Machine Learning/AI Platforms": ("Vertex AI", "AI Platform", "Cloud Machine Learning Engine"),
    "AI and Machine Learning/Generative AI": ("Gemini API", "Generative Language API", "Claude", "Gemini Enterprise"),
    "AI and Machine Learning/Natural Language Processing": (
        "Cloud Natural Language API", "Cloud Translation API", "Cloud Speech API", "Cloud Text-to-Speech API",
    ),
    "AI and Machine Learning/Machine Learning": ("Cloud Vision API", "Cloud Document AI API", "Recommendations AI"),
    "AI and Machine Learning/Bots": ("Cloud Dialogflow API", "Dialogflow"),
    "Networking/Network Infrastructure": ("Networking", "Virtual Private Cloud"),
    "Networking/Network Connectivity": ("Cloud Interconnect", "Cloud VPN", "Network Connectivity"),
    "Networking/Network Routing": ("Cloud DNS", "Network Intelligence Center"),
    "Networking/Content Delivery": ("Cloud CDN", "Media CDN"),
    "Networking/Application Networking": ("Cloud Load Balancing", "Traffic Director", "Cloud Service Mesh"),
    "Networking/Network Security": ("Cloud Armor", "Networking Security", "Cloud IDS"),
    "Security/Secret Management": (
        "Secret Manager", "Cloud Key Management Service (KMS)", "Certificate Authority Service",
    ),
    "Security/Threat Detection and Response": ("Security Command Center", "Chronicle", "Google SecOps"),
    "Security/Other (Security)": (
        "reCAPTCHA Enterprise", "Web Risk", "Cloud Data Loss Prevention", "Assured Workloads",
    ),
    "Identity/Identity and Access Management": ("Identity Platform", "Cloud Identity", "Identity-Aware Proxy"),
    "Management and Governance/Observability": (
        "Stackdriver Logging", "Cloud Logging", "Stackdriver Monitoring", "Cloud Monitoring", "Stackdriver",
        "Cloud Trace",
    ),
    "Management and Governance/Support": ("Support", "Cloud Support", "Customer Care"),
    "Management and Governance/Cost Management": ("Invoice",),
    "Developer Tools/Continuous Integration and Deployment": ("Cloud Build", "Cloud Deploy"),
    "Developer Tools/Source Code Management": ("Cloud Source Repositories", "Secure Source Manager"),
    "Migration/Data Migration": ("Storage Transfer Service", "Database Migration Service", "Transfer Appliance"),
    "Business Applications/Productivity and Collaboration": ("Google Workspace", "Workspace"),
    "Other/Other (Other)": ("Maps API", "Google Maps Platform"),
}  # fmt: skip

CATEGORIES = {name.lower(): place.partition("/")[0] for place, names in _SERVICES.items() for name in names}
"""Name of a service in lower case -> ServiceCategory."""

SUBCATEGORIES = {name.lower(): place.partition("/")[2] for place, names in _SERVICES.items() for name in names}
"""Name of a service in lower case -> ServiceSubcategory."""

REGIONS = {
    "africa-south1": "Johannesburg",
    "asia-east1": "Taiwan",
    "asia-east2": "Hong Kong",
    "asia-northeast1": "Tokyo",
    "asia-northeast2": "Osaka",
    "asia-northeast3": "Seoul",
    "asia-south1": "Mumbai",
    "asia-south2": "Delhi",
    "asia-southeast1": "Singapore",
    "asia-southeast2": "Jakarta",
    "asia-southeast3": "Bangkok",
    "australia-southeast1": "Sydney",
    "australia-southeast2": "Melbourne",
    "europe-central2": "Warsaw",
    "europe-north1": "Finland",
    "europe-north2": "Stockholm",
    "europe-southwest1": "Madrid",
    "europe-west1": "Belgium",
    "europe-west2": "London",
    "europe-west3": "Frankfurt",
    "europe-west4": "Netherlands",
    "europe-west6": "Zurich",
    "europe-west8": "Milan",
    "europe-west9": "Paris",
    "europe-west10": "Berlin",
    "europe-west12": "Turin",
    "me-central1": "Doha",
    "me-central2": "Dammam",
    "me-west1": "Tel Aviv",
    "northamerica-northeast1": "Montreal",
    "northamerica-northeast2": "Toronto",
    "northamerica-south1": "Queretaro",
    "southamerica-east1": "Sao Paulo",
    "southamerica-west1": "Santiago",
    "us-central1": "Iowa",
    "us-east1": "South Carolina",
    "us-east4": "Northern Virginia",
    "us-east5": "Columbus",
    "us-south1": "Dallas",
    "us-west1": "Oregon",
    "us-west2": "Los Angeles",
    "us-west3": "Salt Lake City",
    "us-west4": "Las Vegas",
}
"""Region -> the place that Google names it by."""
