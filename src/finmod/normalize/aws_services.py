"""AWS product codes and regions: their names, and the FOCUS category that each product belongs to.

Owns the table; a product that is not in it has the category Other and keeps the name of the bill. The
choice of category is ours: AWS publishes none for the report.

Source: FOCUS 1.4, ServiceCategory and ServiceSubcategory; AWS General Reference, "Regions and Zones".
"""

from __future__ import annotations

from collections.abc import Mapping

# FOCUS category / subcategory -> product code: service name.
_SERVICES: dict[str, dict[str, str]] = {
    "Compute/Virtual Machines": {
        "AmazonEC2": "Amazon Elastic Compute Cloud",
        "AmazonLightsail": "Amazon Lightsail",
        "AWSOutposts": "AWS Outposts",
        "ComputeSavingsPlans": "Savings Plans for AWS Compute usage",
    },
    "Compute/Serverless Compute": {
        "AWSLambda": "AWS Lambda",
        "AWSAppRunner": "AWS App Runner",
        "AWSBatch": "AWS Batch",
    },
    "Compute/Containers": {
        "AmazonECS": "Amazon Elastic Container Service",
        "AmazonEKS": "Amazon Elastic Container Service for Kubernetes",
        "AmazonECR": "Amazon EC2 Container Registry (ECR)",
        "AmazonECRPublic": "Amazon Elastic Container Registry Public",
    },
    "Compute/Quantum Compute": {"AmazonBraket": "Amazon Braket"},
    "Compute/End User Computing": {
        "AmazonWorkSpaces": "Amazon WorkSpaces",
        "AmazonAppStream": "Amazon AppStream",
    },
    "Storage/Object Storage": {
        "AmazonS3": "Amazon Simple Storage Service",
        "AmazonGlacier": "Amazon Glacier",
        "AmazonS3GlacierDeepArchive": "Amazon S3 Glacier Deep Archive",
    },
    "Storage/File Storage": {"AmazonEFS": "Amazon Elastic File System", "AmazonFSx": "Amazon FSx"},
    "Storage/Backup Storage": {"AWSBackup": "AWS Backup"},
    "Storage/Storage Platforms": {"AWSStorageGateway": "AWS Storage Gateway"},
    "Databases/Relational Databases": {
        "AmazonRDS": "Amazon Relational Database Service",
        "AmazonAuroraDSQL": "Amazon Aurora DSQL",
    },
    "Databases/NoSQL Databases": {
        "AmazonDynamoDB": "Amazon DynamoDB",
        "AmazonDocDB": "Amazon DocumentDB (with MongoDB compatibility)",
        "AmazonNeptune": "Amazon Neptune",
        "AmazonMCS": "Amazon Keyspaces (for Apache Cassandra)",
    },
    "Databases/Caching": {
        "AmazonElastiCache": "Amazon ElastiCache",
        "AmazonDAX": "Amazon DynamoDB Accelerator (DAX)",
        "AmazonMemoryDB": "Amazon MemoryDB",
    },
    "Databases/Data Warehouses": {"AmazonRedshift": "Amazon Redshift"},
    "Databases/Time Series Databases": {"AmazonTimestream": "Amazon Timestream"},
    "Databases/Ledger Databases": {"AmazonQLDB": "Amazon Quantum Ledger Database"},
    "Databases/Other (Databases)": {"DatabaseSavingsPlans": "Database Savings Plans"},
    "Analytics/Analytics Platforms": {
        "AmazonAthena": "Amazon Athena",
        "ElasticMapReduce": "Amazon Elastic MapReduce",
        "AmazonDataZone": "Amazon DataZone",
    },
    "Analytics/Data Processing": {"AWSGlue": "AWS Glue", "AWSLakeFormation": "AWS Lake Formation"},
    "Analytics/Streaming Analytics": {
        "AmazonKinesis": "Amazon Kinesis",
        "AmazonKinesisFirehose": "Amazon Kinesis Firehose",
        "AmazonKinesisAnalytics": "Amazon Kinesis Analytics",
        "AmazonMSK": "Amazon Managed Streaming for Apache Kafka",
    },
    "Analytics/Search": {
        "AmazonES": "Amazon OpenSearch Service",
        "AmazonCloudSearch": "Amazon CloudSearch",
        "AmazonKendra": "Amazon Kendra",
    },
    "Analytics/Business Intelligence": {"AmazonQuickSight": "Amazon QuickSight"},
    "AI and Machine Learning/Machine Learning": {
        "AmazonSageMaker": "Amazon SageMaker",
        "MachineLearningSavingsPlans": "Savings Plans for Machine Learning usage",
        "AmazonPersonalize": "Amazon Personalize",
        "AmazonForecast": "Amazon Forecast",
        "AmazonRekognition": "Amazon Rekognition",
    },
    "AI and Machine Learning/Generative AI": {
        "AmazonBedrock": "Amazon Bedrock",
        "AmazonBedrockAgentCore": "Amazon Bedrock AgentCore",
        "AmazonQ": "Amazon Q",
    },
    "AI and Machine Learning/Natural Language Processing": {
        "comprehend": "Amazon Comprehend",
        "translate": "Amazon Translate",
        "transcribe": "Amazon Transcribe",
        "AmazonPolly": "Amazon Polly",
        "AmazonTextract": "Amazon Textract",
    },
    "AI and Machine Learning/Bots": {"AmazonLex": "Amazon Lex"},
    "Networking/Network Infrastructure": {
        "AmazonVPC": "Amazon Virtual Private Cloud",
        "AWSDataTransfer": "AWS Data Transfer",
        "AWSPrivateNetworks": "AWS Private 5G",
    },
    "Networking/Network Connectivity": {
        "AWSDirectConnect": "AWS Direct Connect",
        "AWSTransitGateway": "AWS Transit Gateway",
        "AWSCloudWAN": "AWS Cloud WAN",
    },
    "Networking/Application Networking": {
        "AWSELB": "Elastic Load Balancing",
        "AWSAppMesh": "AWS App Mesh",
        "AWSCloudMap": "AWS Cloud Map",
    },
    "Networking/Content Delivery": {"AmazonCloudFront": "Amazon CloudFront"},
    "Networking/Network Routing": {
        "AmazonRoute53": "Amazon Route 53",
        "AWSGlobalAccelerator": "AWS Global Accelerator",
    },
    "Networking/Network Security": {"AWSNetworkFirewall": "AWS Network Firewall"},
    "Integration/Messaging": {
        "AWSQueueService": "Amazon Simple Queue Service",
        "AmazonSNS": "Amazon Simple Notification Service",
        "AmazonMQ": "Amazon MQ",
        "AWSEvents": "CloudWatch Events",
        "AmazonPinpoint": "Amazon Pinpoint",
    },
    "Integration/API Management": {"AmazonApiGateway": "Amazon API Gateway", "AWSAppSync": "AWS AppSync"},
    "Integration/Workflow Orchestration": {
        "AmazonStates": "AWS Step Functions",
        "AmazonMWAA": "Amazon Managed Workflows for Apache Airflow",
        "AmazonSWF": "Amazon Simple Workflow Service",
    },
    "Management and Governance/Observability": {
        "AmazonCloudWatch": "AmazonCloudWatch",
        "AWSXRay": "AWS X-Ray",
        "AmazonPrometheus": "Amazon Managed Service for Prometheus",
        "AmazonGrafana": "Amazon Managed Grafana",
    },
    "Management and Governance/Compliance": {
        "AWSCloudTrail": "AWS CloudTrail",
        "AWSConfig": "AWS Config",
        "AWSAuditManager": "AWS Audit Manager",
    },
    "Management and Governance/Cost Management": {
        "AWSCostExplorer": "AWS Cost Explorer",
        "AWSBudgets": "AWS Budgets",
        "AWSBillingConductor": "AWS Billing Conductor",
    },
    "Management and Governance/Support": {
        "AWSDeveloperSupport": "AWS Support (Developer)",
        "AWSSupportBusiness": "AWS Support (Business)",
        "AWSSupportEnterprise": "AWS Support (Enterprise)",
        "AWSEnterpriseOnRamp": "AWS Support (Enterprise On-Ramp)",
        "OCBPremiumSupport": "AWS Premium Support",
    },
    "Management and Governance/Other (Management and Governance)": {
        "AWSSystemsManager": "AWS Systems Manager",
        "AWSCloudFormation": "AWS CloudFormation",
        "AWSServiceCatalog": "AWS Service Catalog",
        "AWSCloudShell": "AWS CloudShell",
    },
    "Security/Secret Management": {
        "awskms": "AWS Key Management Service",
        "AWSSecretsManager": "AWS Secrets Manager",
        "CloudHSM": "AWS CloudHSM",
        "AWSCertificateManager": "AWS Certificate Manager",
    },
    "Security/Threat Detection and Response": {
        "AmazonGuardDuty": "Amazon GuardDuty",
        "AmazonInspectorV2": "Amazon Inspector",
        "AmazonInspector": "Amazon Inspector",
        "AmazonMacie": "Amazon Macie",
        "AmazonDetective": "Amazon Detective",
        "AmazonSecurityLake": "Amazon Security Lake",
    },
    "Security/Security Posture Management": {"AWSSecurityHub": "AWS Security Hub"},
    "Security/Other (Security)": {
        "awswaf": "AWS WAF",
        "AWSShield": "AWS Shield",
        "AWSFMS": "AWS Firewall Manager",
    },
    "Identity/Identity and Access Management": {
        "AmazonCognito": "Amazon Cognito",
        "AWSDirectoryService": "AWS Directory Service",
        "AWSIAMAccessAnalyzer": "AWS IAM Access Analyzer",
    },
    "Developer Tools/Continuous Integration and Deployment": {
        "CodeBuild": "CodeBuild",
        "AWSCodePipeline": "AWS CodePipeline",
        "AWSCodeDeploy": "AWS CodeDeploy",
        "AWSCodeArtifact": "AWS CodeArtifact",
    },
    "Developer Tools/Source Code Management": {"AWSCodeCommit": "AWS CodeCommit"},
    "Developer Tools/Development Environments": {"AWSCloud9": "AWS Cloud9", "Kiro": "Kiro"},
    "Internet of Things/IoT Platforms": {"AWSIoT": "AWS IoT", "AWSGreengrass": "AWS Greengrass"},
    "Internet of Things/IoT Analytics": {"AWSIoTAnalytics": "AWS IoT Analytics"},
    "Migration/Data Migration": {
        "AWSDatabaseMigrationSvc": "AWS Database Migration Service",
        "AWSDataSync": "AWS DataSync",
        "AWSTransfer": "AWS Transfer Family",
        "IngestionServiceSnowball": "AWS Snowball",
    },
    "Migration/Resource Migration": {
        "AWSMigrationHubRefactorSpaces": "AWS Migration Hub Refactor Spaces",
        "AWSApplicationMigrationSvc": "AWS Application Migration Service",
    },
    "Media/Media Streaming": {
        "AmazonIVS": "Amazon Interactive Video Service",
        "AWSElementalMediaConvert": "AWS Elemental MediaConvert",
        "AWSElementalMediaLive": "AWS Elemental MediaLive",
        "AmazonKinesisVideo": "Amazon Kinesis Video Streams",
    },
    "Mobile/Other (Mobile)": {"AWSAmplify": "AWS Amplify", "AWSDeviceFarm": "AWS Device Farm"},
    "Business Applications/Productivity and Collaboration": {
        "AmazonSES": "Amazon Simple Email Service",
        "AmazonConnect": "Amazon Connect",
        "AmazonChime": "Amazon Chime",
        "AmazonWorkMail": "Amazon WorkMail",
        "AmazonWorkDocs": "Amazon WorkDocs",
    },
}

SERVICE_NAMES = {code: name for codes in _SERVICES.values() for code, name in codes.items()}
"""Product code -> name, for bills that give none."""

SUBCATEGORIES = {code: place.partition("/")[2] for place, codes in _SERVICES.items() for code in codes}
"""Product code -> FOCUS ServiceSubcategory."""

CATEGORIES = {code: place.partition("/")[0] for place, codes in _SERVICES.items() for code in codes}
"""Product code -> FOCUS ServiceCategory."""

REGIONS = {
    "af-south-1": "Africa (Cape Town)",
    "ap-east-1": "Asia Pacific (Hong Kong)",
    "ap-east-2": "Asia Pacific (Taipei)",
    "ap-northeast-1": "Asia Pacific (Tokyo)",
    "ap-northeast-2": "Asia Pacific (Seoul)",
    "ap-northeast-3": "Asia Pacific (Osaka)",
    "ap-south-1": "Asia Pacific (Mumbai)",
    "ap-south-2": "Asia Pacific (Hyderabad)",
    "ap-southeast-1": "Asia Pacific (Singapore)",
    "ap-southeast-2": "Asia Pacific (Sydney)",
    "ap-southeast-3": "Asia Pacific (Jakarta)",
    "ap-southeast-4": "Asia Pacific (Melbourne)",
    "ap-southeast-5": "Asia Pacific (Malaysia)",
    "ap-southeast-6": "Asia Pacific (New Zealand)",
    "ap-southeast-7": "Asia Pacific (Thailand)",
    "ca-central-1": "Canada (Central)",
    "ca-west-1": "Canada West (Calgary)",
    "cn-north-1": "China (Beijing)",
    "cn-northwest-1": "China (Ningxia)",
    "eu-central-1": "EU (Frankfurt)",
    "eu-central-2": "Europe (Zurich)",
    "eu-north-1": "EU (Stockholm)",
    "eu-south-1": "EU (Milan)",
    "eu-south-2": "Europe (Spain)",
    "eu-west-1": "EU (Ireland)",
    "eu-west-2": "EU (London)",
    "eu-west-3": "EU (Paris)",
    "il-central-1": "Israel (Tel Aviv)",
    "me-central-1": "Middle East (UAE)",
    "me-south-1": "Middle East (Bahrain)",
    "mx-central-1": "Mexico (Central)",
    "sa-east-1": "South America (Sao Paulo)",
    "us-east-1": "US East (N. Virginia)",
    "us-east-2": "US East (Ohio)",
    "us-gov-east-1": "AWS GovCloud (US-East)",
    "us-gov-west-1": "AWS GovCloud (US-West)",
    "us-west-1": "US West (N. California)",
    "us-west-2": "US West (Oregon)",
}
"""Region code -> name as AWS writes it in the report."""


def lookup(table: Mapping[str, str], key_sql: str) -> str:
    """Return SQL that gives a table's value for a key, NULL for a key that is not in it.

    A constant map: the key is computed once, where a CASE would compute it for every entry.
    """
    entries = ", ".join(f"{_text(key)}: {_text(value)}" for key, value in table.items())
    return f"MAP {{{entries}}}[{key_sql}]"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
