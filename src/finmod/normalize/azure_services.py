"""Azure's meter categories: the FOCUS category that each belongs to; and its units of measure.

Owns the tables; a meter category that is not in them has the category Other and keeps its name. The choice of category
is ours: cost details have none. Regions stand in ``azure_regions.py``.

Source: FOCUS 1.4, ServiceCategory, ServiceSubcategory and Unit Format; FinOps toolkit of Microsoft, services and
pricing units.
"""

from __future__ import annotations

# FOCUS category / subcategory -> meter categories.
_SERVICES: dict[str, tuple[str, ...]] = {
    "Compute/Virtual Machines": (
        "Virtual Machines", "Virtual Machine Licenses", "Virtual Machines Licenses", "Azure VMware Solution",
        "Azure Dedicated Host", "Dedicated Host", "Specialized Compute", "BareMetal Infrastructure",
        "SAP HANA on Azure", "Virtual Machine Scale Sets",
    ),
    "Compute/Serverless Compute": ("Functions", "Azure Functions", "Cloud Services", "Batch"),
    "Compute/Containers": (
        "Azure Kubernetes Service", "Container Instances", "Container Registry", "Azure Container Apps",
        "Azure Container Instances", "Azure Red Hat OpenShift", "Service Fabric", "Service Fabric Mesh",
    ),
    "Compute/End User Computing": (
        "Azure Virtual Desktop", "Windows Virtual Desktop", "Azure Lab Services", "Windows 365",
    ),
    "Compute/Quantum Compute": ("Azure Quantum", "Quantum Computing"),
    "Storage/Object Storage": ("Storage", "Azure Storage", "Data Lake Store", "Azure Data Lake Storage"),
    "Storage/File Storage": ("Azure NetApp Files", "Azure Managed Lustre", "Azure Files"),
    "Storage/Block Storage": ("Azure Elastic SAN", "Managed Disks"),
    "Storage/Backup Storage": ("Backup", "Azure Backup"),
    "Storage/Storage Platforms": ("StorSimple", "HPC Cache", "Azure HPC Cache"),
    "Databases/Relational Databases": (
        "SQL Database", "Azure SQL Database", "SQL Managed Instance", "SQL DB Edge", "Azure Database for MySQL",
        "Azure Database for PostgreSQL", "Azure Database for MariaDB", "SQL Server Stretch Database",
    ),
    "Databases/NoSQL Databases": ("Azure Cosmos DB", "Azure Cosmos DB for MongoDB vCore"),
    "Databases/Caching": ("Redis Cache", "Azure Cache for Redis", "Azure Managed Redis"),
    "Databases/Data Warehouses": ("SQL Data Warehouse",),
    "Databases/Ledger Databases": ("Azure Confidential Ledger", "Azure Blockchain"),
    "Analytics/Analytics Platforms": ("Azure Synapse Analytics", "Azure Data Explorer", "Microsoft Fabric"),
    "Analytics/Data Processing": ("Azure Databricks", "HDInsight", "Azure Analysis Services", "Data Lake Analytics"),
    "Analytics/Streaming Analytics": ("Stream Analytics",),
    "Analytics/Business Intelligence": ("Power BI Embedded", "Power BI", "Azure Grafana Service"),
    "Analytics/Search": ("Azure Cognitive Search", "Azure AI Search"),
    "Integration/Workflow Orchestration": ("Azure Data Factory", "Azure Data Factory v2", "Logic Apps", "Automation"),
    "Integration/Messaging": (
        "Event Hubs", "Event Grid", "Service Bus", "Notification Hubs", "Relay", "Messaging", "Phone Numbers", "SMS",
        "Azure Communication Services", "Voice", "Email",
    ),
    "Integration/API Management": ("API Management", "API Center", "Microsoft Graph Services"),
    "Networking/Network Infrastructure": ("Virtual Network", "Virtual Network Private Link", "Network Watcher"),
    "Networking/Network Connectivity": (
        "Bandwidth", "VPN Gateway", "Virtual WAN", "NAT Gateway", "Azure Orbital", "Azure Peering Service",
        "Inter-Region", "Azure Private 5G Core",
    ),
    "Networking/Network Routing": ("ExpressRoute", "Azure DNS", "Azure Route Server"),
    "Networking/Application Networking": (
        "Load Balancer", "Application Gateway", "Traffic Manager", "Application Gateway for Containers",
    ),
    "Networking/Network Security": (
        "Azure Firewall", "Azure Firewall Manager", "Azure DDOS Protection", "Azure Bastion",
        "Azure Web Application Firewall",
    ),
    "Networking/Content Delivery": ("Azure Front Door Service", "Azure Front Door", "Content Delivery Network"),
    "AI and Machine Learning/Generative AI": ("Azure OpenAI", "Azure OpenAI Service"),
    "AI and Machine Learning/AI Platforms": (
        "Cognitive Services", "Azure AI services", "Foundry Models", "Foundry Tools", "Azure Video Indexer",
        "Applied AI Services",
    ),
    "AI and Machine Learning/Machine Learning": ("Azure Machine Learning", "Machine Learning Studio"),
    "AI and Machine Learning/Bots": ("Azure Bot Service", "Health Bot"),
    "Management and Governance/Observability": (
        "Log Analytics", "Azure Monitor", "Application Insights", "Insight and Analytics",
    ),
    "Management and Governance/Disaster Recovery": ("Azure Site Recovery", "Chaos Studio"),
    "Management and Governance/Data Governance": ("Microsoft Purview", "Azure Purview"),
    "Management and Governance/Cost Management": ("Cost Management", "Azure Reservations"),
    "Management and Governance/Support": ("Azure Support", "Support", "Professional Direct"),
    "Management and Governance/Endpoint Management": ("Microsoft Intune", "Azure Update Manager"),
    "Security/Secret Management": ("Key Vault", "Azure Dedicated HSM"),
    "Security/Security Posture Management": (
        "Security Center", "Microsoft Defender for Cloud", "Advanced Data Security",
    ),
    "Security/Threat Detection and Response": ("Sentinel", "Microsoft Sentinel", "Advanced Threat Protection"),
    "Identity/Identity and Access Management": (
        "Azure Active Directory", "Azure Active Directory B2C", "Azure Active Directory for External Identities",
        "Azure Active Directory Domain Services", "Microsoft Entra ID", "Microsoft Entra Domain Services",
        "Multi-Factor Authentication",
    ),
    "Internet of Things/IoT Platforms": (
        "IoT Hub", "IoT Central", "Azure IoT Central", "IoT Operations", "Azure Sphere",
    ),
    "Internet of Things/IoT Analytics": ("Digital Twins", "Time Series Insights"),
    "Web/Application Platforms": ("Azure App Service", "Azure Spring Apps", "Azure Spring Cloud", "Static Web Apps"),
    "Web/Other (Web)": ("App Configuration", "Azure Maps", "SignalR", "Azure Fluid Relay", "Web PubSub"),
    "Media/Media Streaming": ("Media Services", "Live Video Analytics"),
    "Media/Gaming": ("PlayFab", "Azure PlayFab"),
    "Media/Mixed Reality": ("Remote Rendering", "Azure Remote Rendering", "Spatial Anchors", "Object Anchors"),
    "Developer Tools/Developer Platforms": (
        "Azure DevOps", "GitHub", "GitHub AE", "Visual Studio", "Visual Studio Subscription",
    ),
    "Developer Tools/Continuous Integration and Deployment": (
        "Microsoft Dev Box", "Azure Pipelines", "Managed DevOps Pools",
    ),
    "Developer Tools/Quality Assurance": (
        "Azure Load Testing", "Test Base", "Microsoft Playwright Testing", "Azure App Testing",
    ),
    "Migration/Data Migration": (
        "Azure Data Box", "Azure Database Migration Service", "Azure Data Share", "Import/Export",
    ),
    "Migration/Resource Migration": ("Azure Migrate",),
    "Multicloud/Multicloud Integration": (
        "Azure Arc Enabled Databases", "Azure Arc", "Azure Stack", "Azure Stack Edge", "Azure Stack HCI", "Azure Local",
    ),
    "Business Applications/Productivity and Collaboration": (
        "Microsoft 365", "Office 365", "Microsoft Teams", "Power Apps", "Power Automate", "Dynamics 365",
        "Microsoft Copilot Studio",
    ),
}  # fmt: skip

CATEGORIES = {name: group.split("/", 1)[0] for group, names in _SERVICES.items() for name in names}
"""Meter category -> FOCUS ServiceCategory."""

SUBCATEGORIES = {name: group.split("/", 1)[1] for group, names in _SERVICES.items() for name in names}
"""Meter category -> FOCUS ServiceSubcategory."""

# How Azure writes a unit -> how FOCUS does.
_UNITS = {
    "Hour": "Hours",
    "Hours": "Hours",
    "hour": "Hours",
    "Day": "Days",
    "Days": "Days",
    "Month": "Months",
    "Months": "Months",
    "Minute": "Minutes",
    "Minutes": "Minutes",
    "Second": "Seconds",
    "Seconds": "Seconds",
    "GB": "GB",
    "GiB": "GiB",
    "TB": "TB",
    "TiB": "TiB",
    "MB": "MB",
    "GB/Month": "GB-Months",
    "GB-Month": "GB-Months",
    "GB/Day": "GB-Days",
    "GB/Hour": "GB-Hours",
    "GB Hour": "GB-Hours",
    "GB Hours": "GB-Hours",
    "GB Second": "GB-Seconds",
    "GB Seconds": "GB-Seconds",
    "GiB/Month": "GiB-Months",
    "GiB Hour": "GiB-Hours",
    "GiB/Hour": "GiB-Hours",
    "GiB Second": "GiB-Seconds",
    "MB/Month": "MB-Months",
    "TB/Month": "TB-Months",
    "TiB/Month": "TiB-Months",
    "IOPS/Month": "IOPS-Months",
    "Unit": "Units",
    "Units": "Units",
    "User": "Users",
    "Users": "Users",
    "Transactions": "Transactions",
    "Operations": "Operations",
    "Requests": "Requests",
    "Messages": "Messages",
    "Count": "Units",
    "": "Units",
    "/Hour": "Units/Hour",
    "/Day": "Units/Day",
    "/Month": "Units/Month",
    "/Year": "Units/Year",
}
_BLOCKS = {
    "5": 5,
    "10": 10,
    "50": 50,
    "100": 100,
    "1000": 1_000,
    "10000": 10_000,
    "100000": 100_000,
    "1000000": 1_000_000,
}
_SHORT = {"1K": 1_000, "10K": 10_000, "100K": 100_000, "1M": 1_000_000, "10M": 10_000_000, "100M": 100_000_000}
_IN_BLOCKS = ("", "Hour", "Hours", "GB", "GB/Month", "GB Seconds", "TB", "/Hour", "/Day", "/Month", "Transactions")
_IN_SHORT = ("", "/Hour", "/Day", "/Month", "Transactions", "Operations")


def _units() -> dict[str, str]:
    found = {spelling: target for unit, target in _UNITS.items() for spelling in _spelled("1", unit)}
    for blocks, units in ((_BLOCKS, _IN_BLOCKS), (_SHORT, _IN_SHORT)):
        for block, size in blocks.items():
            for unit in units:
                found |= dict.fromkeys(_spelled(block, unit), f"{size} {_UNITS[unit]}")
    return found


def _spelled(block: str, unit: str) -> tuple[str, ...]:
    """Return how Azure writes a block of a unit: before a slash with a blank or without."""
    if not unit:
        return (block,)
    return (f"{block} {unit}", f"{block}{unit}") if unit.startswith("/") else (f"{block} {unit}",)


UNITS = _units()
"""Azure's unit of measure -> the same as FOCUS writes units: ``10K`` -> ``10000 Units``."""
